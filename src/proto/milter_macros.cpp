#include "proto/milter_macros.hpp"

namespace tocsin::proto {
namespace {

std::string_view without_braces(std::string_view name) {
    return name.size() > 2 && name.front() == '{' && name.back() == '}' ? name.substr(1, name.size() - 2)
                                                                        : name;
}

}  // namespace

MilterViolation MilterMacros::take(MilterStage stage, const std::vector<std::string_view>& strings) {
    if (strings.size() % 2 != 0) return MilterViolation::malformed;
    if (strings.size() / 2 > limits::milter_macros) return MilterViolation::too_many_macros;
    Set set;
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < strings.size(); at += 2) {
        bytes += strings[at].size() + strings[at + 1].size();
        if (bytes > limits::milter_macro_bytes) return MilterViolation::too_many_macros;
        set.insert_or_assign(std::string(without_braces(strings[at])), std::string(strings[at + 1]));
    }
    waiting_[static_cast<std::size_t>(stage)] = std::move(set);
    return MilterViolation::none;
}

void MilterMacros::begin(MilterStage stage) {
    const auto first = static_cast<std::size_t>(stage);
    // A command that the MTA does not know changes nothing of the message around it.
    const std::size_t end = stage == MilterStage::unknown_command ? first + 1 : milter_stages;
    for (std::size_t at = first; at < end; ++at) current_[at].clear();
    for (std::size_t at = 0; at < milter_stages; ++at) {
        if (!waiting_[at]) continue;
        current_[at] = std::move(*waiting_[at]);
        waiting_[at].reset();
    }
}

void MilterMacros::end_message() {
    for (auto at = static_cast<std::size_t>(MilterStage::mail); at < milter_stages; ++at)
        current_[at].clear();
}

void MilterMacros::clear() {
    *this = {};
}

std::optional<std::string_view> MilterMacros::find(std::string_view name) const {
    const std::string_view plain = without_braces(name);
    for (std::size_t at = milter_stages; at-- > 0;)
        if (const auto found = current_[at].find(plain); found != current_[at].end()) return found->second;
    return std::nullopt;
}

}  // namespace tocsin::proto
