#include <doctest/doctest.h>

#include <csignal>

#include "sandbox/sandbox.hpp"

using namespace tocsin::sandbox;

TEST_CASE("how a child ended says what it means") {
    struct Case {
        ExitReason reason;
        Outcome outcome;
    };
    for (const Case& one : {
             Case{{true, SIGSYS}, Outcome::violated},
             Case{{true, SIGXCPU}, Outcome::over_limit},
             Case{{true, SIGXFSZ}, Outcome::over_limit},
             Case{{true, SIGKILL}, Outcome::over_limit},
             Case{{true, SIGSEGV}, Outcome::crashed},
             Case{{true, SIGABRT}, Outcome::crashed},
             Case{{false, 0}, Outcome::crashed},
             Case{{false, 1}, Outcome::crashed},
             Case{{false, exit_unconfined}, Outcome::crashed},
             Case{{false, exit_over_limit}, Outcome::over_limit},
             // An exit code that equals a signal's number is no signal.
             Case{{false, SIGSYS}, Outcome::crashed},
         }) {
        CAPTURE(one.reason.signalled);
        CAPTURE(one.reason.value);
        CHECK(to_string(outcome_of(one.reason)) == to_string(one.outcome));
    }
}

#ifndef TOCSIN_UNCONFINED
TEST_CASE("what is enforced is said in one line") {
    CHECK(Enforced{7, true, true}.describe() ==
          "Landlock ABI 7 (files, tcp, ioctl, signals), seccomp, scratch on tmpfs");
    CHECK(Enforced{2, true, false}.describe() ==
          "Landlock ABI 2 (files), seccomp, scratch in a plain folder");
    CHECK(Enforced{}.describe() == "no Landlock, no seccomp, scratch in a plain folder");
}
#endif
