#include "config/problem.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/limits.hpp"

namespace tocsin::config {

std::string to_line(std::string_view file, const Problem& problem) {
    if (problem.line == 0) return fmt::format("{}: {}; {}", file, problem.message, problem.what_to_do);
    return fmt::format("{}:{}:{}: {}; {}", file, problem.line, problem.column, problem.message,
                       problem.what_to_do);
}

void Problems::add(Place place, std::string key, std::string message, std::string what_to_do) {
    if (found_.size() >= limits::config_problems) {
        left_out_ = true;
        return;
    }
    const auto behind = [](const Place& one, const Problem& other) {
        return std::pair(one.line, one.column) < std::pair(other.line, other.column);
    };
    found_.insert(std::upper_bound(found_.begin(), found_.end(), place, behind),
                  {place.line, place.column, std::move(key), std::move(message), std::move(what_to_do)});
}

std::vector<Problem> Problems::take() {
    if (std::exchange(left_out_, false))
        found_.push_back({0, 0, "", fmt::format("more than {} problems", limits::config_problems),
                          "mend these, then check again"});
    return std::exchange(found_, {});
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
    std::string_view shown = text.substr(0, bytes_max);
    // A character that the cut would split is left out.
    if (shown.size() < text.size())
        while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xC0U) == 0x80)
            shown.remove_suffix(1);
    std::string out;
    for (char c : shown) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    return out + (shown.size() < text.size() ? "…" : "");
}

std::string in_quotes(std::string_view text) {
    return "\"" + one_line(text, limits::config_quoted_bytes) + "\"";
}

}  // namespace tocsin::config
