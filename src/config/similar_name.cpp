#include <algorithm>
#include <cstdint>

#include "base/limits.hpp"
#include "config/values.hpp"

namespace tocsin::config {

namespace {

/// Edits that make `b` of `a`: insert, delete, replace, swap two neighbours (optimal string alignment). Both are at most
/// limits::config_key_bytes long.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(now);
    }
    return last[b.size()];
}

/// Hyphens, underscores and capitals do not make another word.
std::string plain(std::string_view text) {
    std::string out;
    for (char c : text)
        if (c != '_' && c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

}  // namespace

std::optional<std::string_view> similar_name(std::string_view word,
                                             const std::vector<std::string_view>& names) {
    if (word.size() > limits::config_key_bytes) return std::nullopt;
    const std::string wanted = plain(word);
    std::optional<std::string_view> best;
    std::size_t best_edits = 0;
    for (std::string_view name : names) {
        const std::string candidate = plain(name);
        const std::size_t needed = edits(wanted, candidate);
        const bool close = needed * 3 <= std::max(wanted.size(), candidate.size());
        if (close && (!best || needed < best_edits)) {
            best = name;
            best_edits = needed;
        }
    }
    return best;
}

std::string alternatives(const std::vector<std::string_view>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
        out += names[i];
    }
    return out;
}

}  // namespace tocsin::config
