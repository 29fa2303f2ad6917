#include "rules/copy_form.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "base/content_sketch.hpp"
#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/base64_text.hpp"
#include "scan/personal_places.hpp"

namespace tocsin::rules {

namespace {

/// A name or an id is no longer than that.
constexpr std::size_t own_bytes_max = 64;
constexpr std::size_t message_id_bytes_max = 200, date_bytes_max = 48;
/// From so many digits in a row, with what stands in telephone numbers between them, it may be one.
constexpr std::size_t phone_digits_min = 7;
/// Ids that are this short hide no text.
constexpr std::size_t hidden_text_bytes_min = 12;
constexpr std::size_t zone_bytes = 5;  ///< "+0100" (RFC 5322 section 3.3)

using mail::is_ascii_alphanumeric;
using mail::is_ascii_digit;

bool is_char_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}
bool is_id(char c) {
    return is_ascii_alphanumeric(c) || c == '-' || c == '_';
}
bool is_name(char c) {
    return is_ascii_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 || is_char_of(c, " ,'-.");
}

/// What ends a word or link in texts and in attributes.
bool separates(char c) {
    return static_cast<unsigned char>(c) <= ' ' || is_char_of(c, "<>\"'`");
}

/// The words or the link around [begin, end), and where in them that is.
struct Around {
    std::string_view word;
    std::size_t begin = 0, end = 0;
};
Around around(std::string_view text, std::size_t begin, std::size_t end) {
    std::size_t from = begin, to = end;
    while (from > 0 && !separates(text[from - 1])) --from;
    while (to < text.size() && !separates(text[to])) ++to;
    return {text.substr(from, to - from), begin - from, end - from};
}

/// Mail clients make links of such words: "evil.example", "www.evil", "a@evil".
bool looks_like_link(std::string_view word) {
    if (word.find("://") != std::string_view::npos || word.find('@') != std::string_view::npos) return true;
    for (std::size_t at = word.find('.'); at != std::string_view::npos; at = word.find('.', at + 1))
        if (at + 1 < word.size() &&
            (is_ascii_alphanumeric(word[at + 1]) || static_cast<unsigned char>(word[at + 1]) >= 0x80))
            return true;
    return false;
}

bool is_hex_text(std::string_view run) {
    std::string text;
    for (std::size_t at = 0; at + 1 < run.size(); at += 2) {
        const int high = mail::hex_value(run[at]), low = mail::hex_value(run[at + 1]);
        if (high < 0 || low < 0) return false;
        text += static_cast<char>(high * 16 + low);
    }
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
}

/// A text that an id spells: a program that unpacks it sees more than an id.
bool hides_text(std::string_view word, std::size_t begin, std::size_t end) {
    while (begin > 0 && is_id(word[begin - 1])) --begin;
    while (end < word.size() && is_id(word[end])) ++end;
    const std::string_view run = word.substr(begin, end - begin);
    if (run.size() < hidden_text_bytes_min) return false;
    if (is_hex_text(run)) return true;
    const std::array formats = {Base64Format::standard, Base64Format::url};
    return std::ranges::any_of(formats, [run](Base64Format format) {
        return !scan_base64(run, {.ignore_padding = true, .format = format}).empty();
    });
}

/// Whether the piece of a path or query in which [begin, end) stands could be a host: rewriters put the link's true target there,
/// and an id may not name another. A file's ending is none.
bool may_be_host(std::string_view word, std::size_t begin, std::size_t end) {
    constexpr std::string_view between = "/?&=%#;,:@";
    const std::size_t before = begin == 0 ? std::string_view::npos : word.find_last_of(between, begin - 1);
    const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view piece =
        word.substr(first, std::min(word.find_first_of(between, end), word.size()) - first);
    const std::size_t dot = piece.rfind('.');
    if (dot == std::string_view::npos) return false;
    constexpr std::array<std::string_view, 14> file_endings = {
        "gif", "png", "jpg", "jpeg", "webp", "svg", "ico", "htm", "html", "php", "asp", "aspx", "jsp", "css"};
    return std::ranges::find(file_endings, ascii_lower(piece.substr(dot + 1))) == file_endings.end();
}

/// Behind the host of a link (RFC 3986 section 3.3), or in front of the @ of a mailto: that begins with the link.
bool is_id_of_link(const Around& at) {
    const std::string_view own = at.word.substr(at.begin, at.end - at.begin);
    if (!std::ranges::all_of(own, is_id) || hides_text(at.word, at.begin, at.end)) return false;
    if (const std::size_t scheme = at.word.find("://"); scheme != std::string_view::npos) {
        const std::size_t path = at.word.find('/', scheme + 3);
        return path < at.begin && at.word.substr(0, at.begin).find('@') == std::string_view::npos &&
               !may_be_host(at.word, at.begin, at.end);
    }
    constexpr std::string_view mailto = "mailto:";
    return at.word.starts_with(mailto) && mailto.size() <= at.begin &&
           at.end <= std::min(at.word.find('@'), at.word.find('?'));
}

/// A run of digits and what stands between those of a telephone number that touches [begin, end).
bool touches_phone_number(std::string_view text, std::size_t begin, std::size_t end) {
    const auto belongs = [](char c) { return is_ascii_digit(c) || is_char_of(c, " +()./-"); };
    while (begin > 0 && belongs(text[begin - 1])) --begin;
    while (end < text.size() && belongs(text[end])) ++end;
    std::size_t digits = 0;
    for (const char c : text.substr(begin, end - begin)) {
        if (!belongs(c)) digits = 0;
        if (is_ascii_digit(c) && ++digits >= phone_digits_min) return true;
    }
    return false;
}

/// Where two values differ: from the first byte that does to the last.
struct Apart {
    std::size_t begin = 0, one_end = 0, other_end = 0;
};
Apart apart(std::string_view one, std::string_view other) {
    const std::size_t shorter = std::min(one.size(), other.size());
    std::size_t begin = 0, behind = 0;
    while (begin < shorter && one[begin] == other[begin]) ++begin;
    while (behind < shorter - begin && one[one.size() - 1 - behind] == other[other.size() - 1 - behind])
        ++behind;
    return {begin, one.size() - behind, other.size() - behind};
}

bool both_own(std::string_view one, std::string_view other) {
    const Apart where = apart(one, other);
    return readers_own(one, where.begin, where.one_end) && readers_own(other, where.begin, where.other_end);
}

bool by_an_id(std::string_view one, std::string_view other) {
    const Apart where = apart(one, other);
    const auto fits = [&](std::string_view value, std::size_t end) {
        const Around at = around(value, where.begin, end);
        const std::string_view own = at.word.substr(at.begin, at.end - at.begin);
        return own.size() <= own_bytes_max && std::ranges::all_of(own, is_id) && !looks_like_link(at.word) &&
               !hides_text(at.word, at.begin, at.end);
    };
    return fits(one, where.one_end) && fits(other, where.other_end);
}

bool by_ids_in_links(std::string_view one, std::string_view other) {
    while (!one.empty() || !other.empty()) {
        const std::size_t a = std::min(one.find(','), one.size());
        const std::size_t b = std::min(other.find(','), other.size());
        if (!both_own(one.substr(0, a), other.substr(0, b))) return false;
        one.remove_prefix(std::min(a + 1, one.size()));
        other.remove_prefix(std::min(b + 1, other.size()));
    }
    return true;
}

/// "<id@domain>": the domain is the same, the id is one.
bool by_message_id(std::string_view one, std::string_view other) {
    const std::size_t a = one.rfind('@'), b = other.rfind('@');
    if (a == std::string_view::npos || b == std::string_view::npos || one.substr(a) != other.substr(b))
        return false;
    const auto plain = [](std::string_view id) {
        id = mail::trim(id);
        return id.starts_with('<') && id.size() <= message_id_bytes_max &&
               std::ranges::all_of(id.substr(1), [](char c) { return is_id(c) || is_char_of(c, ".+=$"); });
    };
    return plain(one.substr(0, a)) && plain(other.substr(0, b));
}

bool by_date(std::string_view one, std::string_view other) {
    const auto plain = [](std::string_view date) {
        return date.size() > zone_bytes && date.size() <= date_bytes_max &&
               std::ranges::all_of(date,
                                   [](char c) { return is_ascii_alphanumeric(c) || is_char_of(c, " ,:+-"); });
    };
    return plain(one) && plain(other) &&
           one.substr(one.size() - zone_bytes) == other.substr(other.size() - zone_bytes);
}

/// What may not differ in a Received field: hosts, addresses and words. Ids (with a digit in them) and the date behind the last
/// semicolon may (RFC 5321 section 4.4).
std::string fixed_of_received(std::string_view value) {
    value = value.substr(0, std::min(value.rfind(';'), value.size()));
    std::string fixed;
    for (std::size_t at = 0; at < value.size();) {
        std::size_t end = at;
        while (end < value.size() && (is_id(value[end]) || is_char_of(value[end], ".:@"))) ++end;
        const std::string_view word = value.substr(at, end - at);
        const bool is_host = word.find_first_of(".:@") != std::string_view::npos;
        if (word.empty())
            fixed += value[end++];
        else
            fixed += !is_host && std::ranges::any_of(word, is_ascii_digit) ? std::string_view("#") : word;
        at = end;
    }
    return fixed;
}

/// Tags but for digests and times (RFC 6376 section 3.5).
std::string fixed_of_signature(std::string_view value) {
    std::string fixed;
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(';'), value.size());
        const std::string_view tag = mail::trim(value.substr(0, end));
        const std::string_view name = mail::trim(tag.substr(0, std::min(tag.find('='), tag.size())));
        if (name != "b" && name != "bh" && name != "t" && name != "x") (fixed += tag) += ';';
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return fixed;
}

}  // namespace

bool readers_own(std::string_view text, std::size_t begin, std::size_t end) {
    const std::string_view own = text.substr(begin, end - begin);
    if (own.size() > own_bytes_max) return false;
    const Around at = around(text, begin, end);
    if (looks_like_link(at.word) || at.word.starts_with("mailto:")) return is_id_of_link(at);
    return std::ranges::all_of(own, is_name) && !looks_like_link(own) &&
           !touches_phone_number(text, begin, end);
}

std::string_view with_context(std::string_view text, std::size_t begin, std::size_t end,
                              std::size_t context_bytes) {
    const auto to_word = [text](std::size_t& from, std::size_t& to) {
        for (std::size_t left = own_bytes_max; left > 0 && from > 0 && !separates(text[from - 1]); --left)
            --from;
        for (std::size_t left = own_bytes_max; left > 0 && to < text.size() && !separates(text[to]); --left)
            ++to;
    };
    to_word(begin, end);
    begin -= std::min(begin, context_bytes);
    end += std::min(text.size() - end, context_bytes);
    to_word(begin, end);
    return text.substr(begin, end - begin);
}

bool differs_as_may_be(OwnField kind, std::string_view one, std::string_view other) {
    if (one == other) return true;
    switch (kind) {
        case OwnField::recipient:
            return true;  // copy_form() has looked at it
        // An encoded word (RFC 2047) is another text than what differs in it.
        case OwnField::subject:
            return one.find("=?") == std::string_view::npos && other.find("=?") == std::string_view::npos &&
                   both_own(one, other);
        case OwnField::message_id: return by_message_id(one, other);
        case OwnField::date: return by_date(mail::trim(one), mail::trim(other));
        case OwnField::received: return fixed_of_received(one) == fixed_of_received(other);
        case OwnField::signature: return fixed_of_signature(one) == fixed_of_signature(other);
        case OwnField::links: return by_ids_in_links(one, other);
        case OwnField::id: return by_an_id(one, other);
    }
    return false;
}

namespace {

std::optional<OwnField> own_field(std::string_view lower_name) {
    constexpr std::array<std::pair<std::string_view, OwnField>, 8> known = {
        std::pair("subject", OwnField::subject),        std::pair("to", OwnField::recipient),
        std::pair("message-id", OwnField::message_id),  std::pair("date", OwnField::date),
        std::pair("received", OwnField::received),      std::pair("dkim-signature", OwnField::signature),
        std::pair("list-unsubscribe", OwnField::links), std::pair("feedback-id", OwnField::id)};
    const auto found = std::ranges::find(known, lower_name, &std::pair<std::string_view, OwnField>::first);
    if (found != known.end()) return found->second;
    return lower_name.starts_with("x-") ? std::optional(OwnField::id) : std::nullopt;
}

/// Puts together what all copies share, each piece with its length: no two lists of pieces look alike.
class Shared {
public:
    void add(std::string_view piece) { (all_ += std::to_string(piece.size()) += ':') += piece; }
    void add(const Hash256& hash) { add(as_text(std::as_bytes(std::span(hash)))); }
    [[nodiscard]] Hash256 name() const { return sha256(as_bytes(all_)); }

private:
    std::string all_;
};

/// `Name <local@domain>` or `local@domain` (RFC 5322 section 3.4) of one person, whose name is one.
bool take_reader(std::string_view value, CopyForm& form, Shared& shared) {
    value = mail::trim(value);
    std::string_view name, address = value;
    if (value.ends_with('>')) {
        const std::size_t open = value.find('<');
        if (open == std::string_view::npos) return false;
        name = mail::trim(value.substr(0, open));
        address = value.substr(open + 1, value.size() - open - 2);
    }
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    const std::size_t at = address.find('@');
    if (at == 0 || at == std::string_view::npos || name.size() > own_bytes_max) return false;
    const std::string_view local_part = address.substr(0, at), domain = address.substr(at + 1);
    const auto plain = [](char c) { return is_id(c) || is_char_of(c, ".+="); };
    if (local_part.size() > own_bytes_max || !std::ranges::all_of(local_part, plain)) return false;
    if (!std::ranges::all_of(domain, [](char c) { return is_id(c) || c == '.'; })) return false;
    if (!std::ranges::all_of(name, is_name) || looks_like_link(name)) return false;
    form.reader_local_part = ascii_lower(local_part);
    form.reader_name = ascii_lower(name);
    shared.add(ascii_lower(domain));
    return true;
}

/// Content-Type without its boundary, which is another one in each copy and was used up by the parser.
std::string without_boundary(std::string_view value) {
    const std::size_t begin = ascii_lower(value).find("boundary=");
    if (begin == std::string::npos) return std::string(value);
    const std::size_t quote = begin + std::string_view("boundary=").size();
    const bool quoted = quote < value.size() && value[quote] == '"';
    const std::size_t end =
        std::min(value.find(quoted ? '"' : ';', quoted ? quote + 1 : quote), value.size());
    return std::string(value.substr(0, begin)).append(value.substr(end));
}

void take_as_it_is(const mail::HeaderField& field, const std::string& lower_name, Shared& shared) {
    shared.add(lower_name);
    if (lower_name == "content-type")
        shared.add(without_boundary(field.raw_value));
    else
        shared.add(field.raw_value);
}

bool take_header(const mail::Entity& root, CopyForm& form, Shared& shared) {
    std::size_t readers = 0;
    for (const mail::HeaderField& field : root.fields) {
        const std::string name = ascii_lower(field.name);
        const std::optional<OwnField> own = own_field(name);
        if (!own) {
            take_as_it_is(field, name, shared);
            continue;
        }
        shared.add(name);
        form.fields.push_back({*own, field.raw_value});
        if (*own == OwnField::recipient && (++readers > 1 || !take_reader(field.raw_value, form, shared)))
            return false;
    }
    return readers == 1;
}

/// Texts and pages that everybody reads alike are compared; everything else is the same in all copies.
void take_content(const mail::MimeTree& tree, std::uint32_t at, scan::ContentDigests& digests, CopyForm& form,
                  Shared& shared) {
    const mail::Entity& leaf = tree.entities[at];
    const bool page = leaf.subtype == "html";
    const bool text = leaf.type == "text" && (page || leaf.subtype == "plain") && leaf.file_names.empty() &&
                      leaf.disposition != "attachment" && scan::plain_charset(leaf.charset) &&
                      leaf.content.size() <= limits::campaign_body_bytes_max;
    if (!text) return shared.add(digests.of(at));
    shared.add(content_sketch(leaf.content));
    form.texts.push_back({page ? scan::BodyKind::page : scan::BodyKind::text, as_text(leaf.content)});
}

}  // namespace

std::optional<CopyForm> copy_form(const mail::MimeTree& tree, std::string_view envelope_recipient,
                                  scan::ContentDigests* digests) {
    if (tree.ambiguous() || !tree.limits_hit.empty() || tree.readings.size() != 1) return std::nullopt;
    std::optional<scan::ContentDigests> own;
    if (digests == nullptr) digests = &own.emplace(tree);
    CopyForm form;
    Shared shared;
    const std::size_t at = envelope_recipient.rfind('@');
    shared.add(at == std::string_view::npos ? std::string() : ascii_lower(envelope_recipient.substr(at)));
    if (!take_header(tree.root(), form, shared)) return std::nullopt;
    // Whom the envelope names is whom the header names, in all copies or in none.
    shared.add(ascii_lower(envelope_recipient.substr(0, std::min(at, envelope_recipient.size()))) ==
                       form.reader_local_part
                   ? "named"
                   : "other");
    for (std::uint32_t index = 0; index < tree.entities.size(); ++index) {
        const mail::Entity& entity = tree.entities[index];
        shared.add(entity.media_type());
        shared.add(entity.charset);
        shared.add(entity.disposition);
        shared.add(entity.content_id);
        for (const std::string& name : entity.file_names) shared.add(name);
        if (entity.parent != mail::no_entity)
            for (const mail::HeaderField& field : entity.fields)
                take_as_it_is(field, ascii_lower(field.name), shared);
        shared.add(std::to_string(entity.depth) + " " + std::string(mail::to_string(entity.origin)) + " " +
                   std::string(mail::to_string(entity.encoding)));
        if (entity.is_leaf()) take_content(tree, index, *digests, form, shared);
    }
    form.shared = shared.name();
    return form;
}

}  // namespace tocsin::rules
