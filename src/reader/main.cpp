// tocsin-reader: the only program that looks inside messages. Started by the daemon, never by hand.
#include <sys/prctl.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <limits>

#include "base/limits.hpp"
#include "reader/arguments.hpp"
#include "reader/control.hpp"
#include "reader/template.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::reader {
namespace {

constexpr int control = sandbox::channel_descriptor;

Result<void> prepare_process() {
    // Standard descriptors and the channel are ours; whatever else was left open is not.
    if (::syscall(SYS_close_range, control + 1, std::numeric_limits<unsigned>::max(), 0U) != 0)
        return std::unexpected(errno_error("close_range", errno));
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0)
        return std::unexpected(errno_error("sigprocmask", errno));
    return {};
}

Result<void> serve_daemon(const Arguments& arguments, Log& log) {
    TRY(prepare_process());
    // A mount namespace of its own comes first: the filter that follows is for good.
    if (!sandbox::mount_private_scratch(arguments.scratch, limits::reader_scratch_bytes))
        log.write(LogLevel::warning, "reader.scratch_not_private", {{"folder", arguments.scratch}});
    TRY(sandbox::confine_template());
    std::unique_ptr<scan::Engines> engines = TRY(scan::Engines::load(arguments.engines, log));
    std::unique_ptr<rules::Judge> judge;
    if (!arguments.judge.rules.empty()) judge = TRY(rules::Judge::load(arguments.judge, log));
    Template self(*engines, judge.get(), arguments.scratch, control, log);
    std::string enforced = TRY(self.try_out());
    const std::string rules = judge == nullptr ? "no rules" : judge->describe();
    TemplateReady ready{engines->version(), engines->describe() + "; " + rules, enforced};
    log.write(LogLevel::info, "reader.template_ready",
              {{"engines", ready.description}, {"enforced", ready.enforced}});
    TRY(sandbox::send_datagram(control, encode(TemplateWord(std::move(ready))), {}));
    return self.run();
}

int run(const std::vector<std::string>& words) {
    Result<Arguments> arguments = parse_arguments(words);
    if (!arguments) {
        std::fprintf(stderr, "tocsin-reader: %s\n", arguments.error().message.c_str());
        return 2;
    }
    StderrLog log(arguments->log_level, arguments->log_format);
    Result<void> served = serve_daemon(*arguments, log);
    if (served) return 0;
    log.write(LogLevel::error, "reader.template_failed", {{"error", served.error().message}});
    // The daemon may be gone; then nobody needs to be told.
    static_cast<void>(
        sandbox::send_datagram(control, encode(TemplateWord(TemplateFailed{served.error().message})), {}));
    return 1;
}

}  // namespace
}  // namespace tocsin::reader

#ifdef TOCSIN_UNCONFINED
/// The reader has no environment to say this in: libraries keep their tables until the process ends.
extern "C" const char* __asan_default_options();
const char* __asan_default_options() {
    return "detect_leaks=0";
}
#endif

int main(int count, char** words) {
    // It is started through a descriptor, whose number would be its name in `ps`.
    ::prctl(PR_SET_NAME, "tocsin-reader");
    try {
        return tocsin::reader::run({words + 1, words + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tocsin-reader: %s\n", error.what());
        return 1;
    }
}
