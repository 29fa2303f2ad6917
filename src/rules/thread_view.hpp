// A thread together with the body whose links it names. Private to src/rules.
#pragma once

#include "mail/message.hpp"

namespace tocsin::rules {

struct ThreadView {
    const mail::Thread* thread = nullptr;
    const mail::Body* body = nullptr;
};

}  // namespace tocsin::rules
