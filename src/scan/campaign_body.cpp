#include "scan/campaign_body.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "scan/text_fingerprint.hpp"

namespace tocsin::scan {

namespace {

/// So many equal bytes end a difference.
constexpr std::size_t anchor_bytes = 24;
constexpr std::size_t word_bytes = sizeof(std::uint64_t);

std::uint64_t word_at(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, word_bytes);
    return word;
}

/// How many bytes from `a` and `b` on are equal.
std::size_t common_run(std::string_view one, std::size_t a, std::string_view other, std::size_t b) {
    const std::size_t begin = a, longest = std::min(one.size() - a, other.size() - b);
    std::size_t run = 0;
    while (run + word_bytes <= longest && word_at(one, begin + run) == word_at(other, b + run))
        run += word_bytes;
    while (run < longest && one[begin + run] == other[b + run]) ++run;
    return run;
}

/// Where both texts go on alike: the shortest piece of the copy for which the scanned text has a continuation near by.
std::optional<std::pair<std::size_t, std::size_t>> next_anchor(std::string_view scanned, std::size_t a,
                                                               std::string_view copy, std::size_t b) {
    constexpr std::size_t most = limits::campaign_difference_bytes;
    const std::string_view window = scanned.substr(a, most + anchor_bytes);
    for (std::size_t skip = 0; skip <= most && b + skip + anchor_bytes <= copy.size(); ++skip) {
        // memmem() takes time by the length of the window, whatever stands in it. A copy without a continuation costs 257 windows
        // of 280 bytes, once: then the texts are called different.
        const void* const found =
            ::memmem(window.data(), window.size(), copy.data() + b + skip, anchor_bytes);
        if (found != nullptr)
            return std::pair(a + static_cast<std::size_t>(static_cast<const char*>(found) - window.data()),
                             b + skip);
    }
    return std::nullopt;
}

/// Where both texts begin to end alike, so near to their ends that no anchor fits: the last difference is what is before that.
std::optional<std::pair<std::size_t, std::size_t>> common_end(std::string_view scanned, std::size_t a,
                                                              std::string_view copy, std::size_t b) {
    std::size_t run = 0;
    const std::size_t longest = std::min({scanned.size() - a, copy.size() - b, anchor_bytes});
    while (run < longest && scanned[scanned.size() - 1 - run] == copy[copy.size() - 1 - run]) ++run;
    const std::size_t end_a = scanned.size() - run, end_b = copy.size() - run;
    constexpr std::size_t most = limits::campaign_difference_bytes;
    if (end_a - a > most || end_b - b > most) return std::nullopt;
    return std::pair(end_a, end_b);
}

}  // namespace

CampaignBody::CampaignBody(std::string bytes, BodyKind kind) : bytes_(std::move(bytes)) {
    if (kind == BodyKind::text)
        places_.push_back({0, bytes_.size(), PlaceKind::words});
    else
        places_ = personal_places(bytes_).value_or(std::vector<PersonalPlace>{});
    fingerprint_ = text_fingerprint(bytes_, kind == BodyKind::text ? TextKind::plain : TextKind::html);
}

/// The place must hold the whole difference, and neither side may bring what could end the place.
bool CampaignBody::may_differ(std::size_t begin, std::size_t end, std::string_view here,
                              std::string_view there) const {
    const auto place = std::ranges::find_if(places_, [&](const PersonalPlace& candidate) {
        return candidate.begin <= begin && end <= candidate.end;
    });
    return place != places_.end() && harmless_there(place->kind, here) && harmless_there(place->kind, there);
}

CopyComparison CampaignBody::compare(ByteView bytes) const {
    const std::string_view copy = as_text(bytes);
    CopyComparison found;
    std::size_t a = 0, b = 0;
    while (true) {
        const std::size_t run = common_run(bytes_, a, copy, b);
        a += run;
        b += run;
        if (a == bytes_.size() && b == copy.size()) break;
        auto anchor = next_anchor(bytes_, a, copy, b);
        if (!anchor) anchor = common_end(bytes_, a, copy, b);
        if (!anchor || found.differences.size() == limits::campaign_differences) return {};
        const auto [next_a, next_b] = *anchor;
        if (!may_differ(a, next_a, std::string_view(bytes_).substr(a, next_a - a),
                        copy.substr(b, next_b - b)))
            return {};
        found.differences.push_back({b, next_b, a, next_a});
        a = next_a;
        b = next_b;
    }
    found.kind = found.differences.empty() ? CopyKind::same : CopyKind::personalised;
    return found;
}

std::string with_surroundings(ByteView bytes, const std::vector<Difference>& differences) {
    constexpr std::size_t context = limits::campaign_context_bytes;
    const std::string_view copy = as_text(bytes);
    std::string text;
    std::size_t done = 0;
    const auto add = [&](std::size_t begin, std::size_t end) {
        begin = std::max(begin, done);
        end = std::min(end, copy.size());
        if (begin >= end) return;
        if (begin > done) text += '\n';
        text += copy.substr(begin, end - begin);
        done = end;
    };
    add(0, context);
    for (const Difference& difference : differences)
        add(difference.begin - std::min(context, difference.begin), difference.end + context);
    add(copy.size() - std::min(context, copy.size()), copy.size());
    return text;
}

}  // namespace tocsin::scan
