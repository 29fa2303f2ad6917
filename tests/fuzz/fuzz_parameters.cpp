// Any bytes as a structured field value: bounds, and write(read(x)) reads the same.
#include <cstdlib>
#include <set>
#include <string>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/parameters.hpp"

using namespace tocsin;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

std::string quoted(std::string_view value) {
    std::string out = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

void check_candidates(const std::vector<mail::ValueCandidate>& candidates) {
    require(candidates.size() <= 16 + 1);
    std::set<std::string> seen;
    for (const mail::ValueCandidate& one : candidates) {
        require(one.value.size() <= 256);
        require(seen.insert(one.value).second);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    const std::string text = mail::unfold_value(raw);
    require(text.find_first_of("\r\n") == std::string::npos);
    require(mail::unfold_value(raw, mail::Folds::to_nothing).size() <= text.size());
    const mail::StructuredValue value = mail::read_structured_value(text);
    static_cast<void>(mail::read_structured_value(text, mail::Comments::literal));
    require(value.parameters.size() <= limits::parameters);
    std::string again = "x/y";
    for (const mail::Parameter& one : value.parameters) {
        require(one.value.size() <= text.size() && one.raw_value.size() <= text.size());
        const bool is_token = !one.name.empty() && one.name.size() < 1000 &&
                              one.name.find_first_of("=;(\"\\ \t\v\f") == std::string::npos;
        if (is_token) again += "; " + one.name + "=" + quoted(one.value);
    }
    const mail::StructuredValue same = mail::read_structured_value(again);
    require(same.head == "x/y");
    for (const mail::Parameter& one : same.parameters)
        require(one.well_formed && one.quoted && one.tail.empty());
    check_candidates(mail::boundary_candidates(text, value));
    check_candidates(mail::name_candidates(value, "name"));
    check_candidates(mail::name_candidates(value, "filename"));
    return 0;
}
