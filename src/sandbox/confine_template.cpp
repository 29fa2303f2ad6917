#include <cstdio>

#include "sandbox/filter.hpp"
#include "sandbox/parent.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

#ifdef TOCSIN_UNCONFINED

Result<void> confine_template() {
    std::fputs("tocsin-reader: UNCONFINED template: built for a sanitizer or a fuzzer, never for mail\n",
               stderr);
    return die_with_parent();
}

#else

Result<void> confine_template() {
    TRY(die_with_parent());
    offer_to_memory_killer("300");
    TRY(give_up_privileges());
    return load_template_filter();
}

#endif

}  // namespace tocsin::sandbox
