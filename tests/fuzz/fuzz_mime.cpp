// Any bytes as a message: what holds for every tree, a bound on time, and for unambiguous mail: its first reading written
// anew in canonical form is unambiguous, too, and has the same parts with the same contents.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "mail/mime.hpp"
#include "support/encoders.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

void require(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

using Outline = std::vector<std::pair<std::string, std::string>>;

/// Parts that a boundary or a message makes; what was found inside their contents is found there again.
bool is_structure(const Entity& entity) {
    return entity.origin == Origin::root || entity.origin == Origin::multipart ||
           entity.origin == Origin::message;
}

bool holds_message(const Entity& entity) {
    return entity.type == "message" &&
           (entity.subtype == "rfc822" || entity.subtype == "global" || entity.subtype == "news");
}

class CanonicalWriter {
public:
    explicit CanonicalWriter(const MimeTree& tree) : tree_(tree) {}

    // False: this tree has a form that has no canonical writing, such as a multipart without parts.
    bool write(const Entity& entity) {
        outline_.emplace_back(entity.media_type(), std::string());
        std::vector<const Entity*> below;
        for (const std::uint32_t slot : entity.slots) {
            const Entity& child = tree_.entities[tree_.slots[slot].alternatives.front()];
            if (is_structure(child)) below.push_back(&child);
        }
        out_ += "Content-Type: " + entity.media_type();
        if (entity.is_multipart()) return write_multipart(below);
        if (holds_message(entity)) {
            out_ += "\r\n\r\n";
            return below.size() == 1 && write(*below.front());
        }
        outline_.back().second = std::string(as_text(entity.content));
        out_ +=
            "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + testing::base64_encode(as_text(entity.content));
        return true;
    }

    [[nodiscard]] const std::string& text() const { return out_; }
    [[nodiscard]] const Outline& outline() const { return outline_; }

private:
    bool write_multipart(const std::vector<const Entity*>& parts) {
        const std::string boundary = std::to_string(++boundaries_) + "canonical";
        out_ += "; boundary=" + boundary + "\r\n\r\n";
        for (const Entity* part : parts) {
            out_ += "--" + boundary + "\r\n";
            if (!write(*part)) return false;
            out_ += "\r\n";
        }
        out_ += "--" + boundary + "--\r\n";
        return !parts.empty();
    }

    const MimeTree& tree_;
    std::string out_;
    Outline outline_;
    std::size_t boundaries_ = 10'000;
};

MimeTree parse_timed(ByteView input) {
    // Sanitizers slow everything down; a parser that is not linear takes minutes.
    constexpr std::chrono::seconds time_max(10);
    const auto start = std::chrono::steady_clock::now();
    MimeTree tree = parse_mime(input);
    require(std::chrono::steady_clock::now() - start < time_max, "time bound");
    return tree;
}

void check(const MimeTree& tree) {
    const std::string broken = testing::broken_invariant(tree);
    require(broken.empty(), broken.c_str());
    require(tree.readings.size() <= limits::readings, "too many readings");
    require(tree.ambiguities.size() <= limits::ambiguities, "too many ambiguities");
    require(tree.entities.size() <= limits::parts + limits::nesting_depth, "too many entities");
    for (const Slot& slot : tree.slots)
        require(slot.alternatives.size() <= limits::alternatives_per_place, "too many alternatives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    const MimeTree tree = parse_timed(input);
    check(tree);
    if (tree.ambiguous() || tree.entities.size() > 200) return 0;
    CanonicalWriter writer(tree);
    if (!writer.write(tree.root())) return 0;
    const MimeTree again = parse_timed(as_bytes(writer.text()));
    check(again);
    require(!again.ambiguous(), "canonical mail is ambiguous");
    CanonicalWriter same(again);
    require(same.write(again.root()), "canonical mail cannot be written");
    require(same.outline() == writer.outline(), "canonical mail reads differently");
    return 0;
}
