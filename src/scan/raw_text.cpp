#include "scan/raw_text.hpp"

#include <algorithm>
#include <functional>

namespace tocsin::scan {

namespace {

/// True when `inner` lies in `outer` (std::less_equal: a total order over pointers into different buffers too).
bool lies_within(ByteView inner, ByteView outer) {
    const std::less_equal<const std::byte*> not_after;
    return not_after(outer.data(), inner.data()) &&
           not_after(inner.data() + inner.size(), outer.data() + outer.size());
}

}  // namespace

std::vector<ByteView> bytes_beside_long_bodies(const mail::MimeTree& tree,
                                               const std::vector<std::uint32_t>& compared) {
    std::vector<ByteView> bodies;
    if (tree.readings.empty()) return {tree.input};
    const auto longest_kept = [&](const mail::Entity& entity) {
        const bool undisputed = !tree.ambiguous() && entity.encoding == mail::TransferEncoding::base64;
        return undisputed ? long_base64_bytes : long_body_bytes;
    };
    for (const std::uint32_t index : tree.readings.front().entities) {
        const mail::Entity& entity = tree.entities[index];
        const bool scanned_decoded = entity.is_leaf() && !entity.content.empty();
        const bool was_compared = std::ranges::find(compared, index) != compared.end();
        if (scanned_decoded && (was_compared || entity.raw_body.size() > longest_kept(entity)) &&
            lies_within(entity.raw_body, tree.input))
            bodies.push_back(entity.raw_body);
    }
    std::ranges::sort(bodies, std::less<>{}, [](ByteView body) { return body.data(); });

    std::vector<ByteView> spans;
    std::size_t at = 0;
    for (const ByteView body : bodies) {
        const auto begin = static_cast<std::size_t>(body.data() - tree.input.data());
        if (begin < at) continue;
        if (begin > at) spans.push_back(tree.input.subspan(at, begin - at));
        at = begin + body.size();
    }
    if (at < tree.input.size() || spans.empty()) spans.push_back(tree.input.subspan(at));
    return spans;
}

std::string_view beginning_of_mail(ByteView message) {
    const std::string_view text = as_text(message);
    for (const std::string_view known : {"Received: ", "Return-Path: ", "From: "})
        if (text.starts_with(known)) return {};
    return "Received: from localhost";
}

std::string join(const std::vector<ByteView>& spans) {
    std::size_t total = 0;
    for (const ByteView span : spans) total += span.size() + 2;
    std::string joined;
    joined.reserve(total);
    for (const ByteView span : spans) {
        joined += as_text(span);
        joined += "\r\n";
    }
    return joined;
}

}  // namespace tocsin::scan
