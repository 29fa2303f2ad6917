#include "mail/psl.hpp"

#include <libpsl.h>

namespace tocsin::mail {
namespace {

/// No ICANN suffix has more labels than this.
constexpr std::size_t suffix_labels_max = 5;

}  // namespace

PublicSuffix public_suffix(const std::string& host) {
    const psl_ctx_t* list = psl_builtin();
    PublicSuffix best{.labels = host.empty() ? 0U : 1U, .listed = false};
    std::size_t end = host.size();
    for (std::size_t labels = 1; labels <= suffix_labels_max && end != std::string::npos && end > 0;
         ++labels) {
        const std::size_t dot = host.rfind('.', end - 1);
        const char* suffix = host.c_str() + (dot == std::string::npos ? 0 : dot + 1);
        const bool known = psl_is_public_suffix2(list, suffix, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
        if (known) best = {.labels = labels, .listed = true};
        if (labels == 1 && !known) break;
        end = dot;
    }
    return best;
}

std::string_view registrable_domain(std::string_view host) {
    // An address: nobody registered a part of it.
    if (host.empty() || host.front() == '[' || (host.back() >= '0' && host.back() <= '9')) return host;
    const std::size_t labels = public_suffix(std::string(host)).labels;
    std::size_t begin = host.size();
    for (std::size_t label = 0; label <= labels; ++label) {
        if (begin == 0) return host;
        const std::size_t dot = host.rfind('.', begin - 1);
        if (dot == std::string_view::npos) return host;
        begin = dot;
    }
    return host.substr(begin + 1);
}

}  // namespace tocsin::mail
