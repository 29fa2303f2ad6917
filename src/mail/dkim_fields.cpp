#include "mail/dkim_fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/base64.hpp"

namespace tocsin::mail {

namespace {

std::vector<std::string> lower_words(std::string_view list, char separator) {
    std::vector<std::string> words;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(separator), list.size());
        std::string word(list.substr(0, end));
        word = to_lower(word);
        words.push_back(std::move(word));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return words;
}

template <typename Number>
std::optional<Number> number_of(std::string_view digits) {
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

bool is_below(std::string_view domain, std::string_view parent) {
    return domain == parent || (domain.size() > parent.size() && domain.ends_with(parent) &&
                                domain[domain.size() - parent.size() - 1] == '.');
}

/// Reads the tags of one field.
class SignatureReader {
public:
    SignatureReader(std::size_t field, const Tags& tags, SignatureKind kind) : tags_(tags), kind_(kind) {
        out_.field = field;
    }

    DkimSignature read() {
        out_.domain = to_lower(tag_or(tags_, "d", ""));
        out_.selector = to_lower(tag_or(tags_, "s", ""));
        read_algorithm();
        read_base64("b", out_.signature);
        if (kind_ == SignatureKind::arc_seal)
            read_seal();
        else
            read_scope();
        if (kind_ == SignatureKind::dkim)
            read_dkim();
        else
            read_arc();
        if (out_.domain.empty() || out_.selector.empty()) problem("it names no domain or no selector");
        return std::move(out_);
    }

private:
    void problem(std::string_view why) {
        if (out_.problem.empty()) out_.problem = why;
    }

    void read_forms() {
        const std::string forms = to_lower(tag_or(tags_, "c", "simple"));
        const std::size_t slash = std::min(forms.find('/'), forms.size());
        const std::string header = forms.substr(0, slash);
        const std::string body = slash < forms.size() ? forms.substr(slash + 1) : "simple";
        for (const auto& [name, form] :
             {std::pair(&header, &out_.header_form), std::pair(&body, &out_.body_form)}) {
            if (*name != "simple" && *name != "relaxed") problem("it is in a form that is not known");
            *form = *name == "relaxed" ? Canonicalization::relaxed : Canonicalization::simple;
        }
    }

    void read_algorithm() {
        const std::string algorithm = to_lower(tag_or(tags_, "a", ""));
        if (algorithm != "rsa-sha256" && algorithm != "ed25519-sha256")
            problem(algorithm == "rsa-sha1" ? "it uses SHA-1" : "its algorithm is not known");
        out_.scheme = algorithm == "ed25519-sha256" ? SignatureScheme::ed25519 : SignatureScheme::rsa;
    }

    void read_base64(const char* name, Bytes& into) {
        std::optional<Bytes> bytes = from_base64(tag_or(tags_, name, ""));
        if (!bytes || bytes->empty())
            problem("its signature or its body hash is no base64");
        else
            into = std::move(*bytes);
    }

    /// What of the message it covers.
    void read_scope() {
        read_forms();
        read_base64("bh", out_.body_hash);
        out_.signed_fields = lower_words(tag_or(tags_, "h", ""), ':');
        if (out_.signed_fields.size() > limits::dkim_signed_fields)
            problem("it signs more fields than are read");
        if (std::ranges::find(out_.signed_fields, "from") == out_.signed_fields.end())
            problem("it does not sign the From field");
        if (const std::string_view queries = tag_or(tags_, "q", "dns/txt"); !has_word(queries, "dns/txt"))
            problem("its key is not in DNS");
        if (const auto found = tags_.find("l"); found != tags_.end()) {
            out_.body_bytes = number_of<std::uint64_t>(found->second);
            if (!out_.body_bytes) problem("its body length is no number");
        }
        if (const auto found = tags_.find("x"); found != tags_.end()) {
            out_.expires_s = number_of<std::int64_t>(found->second);
            if (!out_.expires_s) problem("its expiry is no number");
        }
    }

    void read_dkim() {
        const std::string_view identity = tag_or(tags_, "i", "");
        out_.identity_domain =
            identity.empty() ? out_.domain : to_lower(identity.substr(identity.rfind('@') + 1));
        if (!is_below(out_.identity_domain, out_.domain)) problem("its identity is not below its domain");
        if (tag_or(tags_, "v", "") != "1") problem("its version is not 1");
    }

    void read_arc() {
        out_.identity_domain = out_.domain;
        out_.instance = read_instance(tag_or(tags_, "i", "")).value_or(0);
        if (out_.instance == 0) problem("its instance is no number from 1 on");
        // RFC 8617 section 4.1.2: a seal covers the signature, not the other way round.
        if (std::ranges::find(out_.signed_fields, "arc-seal") != out_.signed_fields.end())
            problem("it signs a seal");
    }

    /// RFC 8617 section 4.1.3.
    void read_seal() {
        out_.header_form = Canonicalization::relaxed;
        out_.chain = to_lower(tag_or(tags_, "cv", ""));
        if (tags_.contains("h") || tags_.contains("bh"))
            problem("it is a seal with tags that a seal has not");
    }

    const Tags& tags_;
    SignatureKind kind_;
    DkimSignature out_;
};

}  // namespace

std::optional<Tags> read_tags(std::string_view text) {
    Tags tags;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (trim(pair).empty() && text.empty()) break;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || trim(pair.substr(0, equals)).empty()) return std::nullopt;
        std::string value(pair.substr(equals + 1));
        std::erase_if(value, is_ascii_space);
        if (!tags.emplace(trim(pair.substr(0, equals)), std::move(value)).second) return std::nullopt;
    }
    return tags;
}

std::string_view tag_or(const Tags& tags, std::string_view name, std::string_view otherwise) {
    const auto found = tags.find(name);
    return found == tags.end() ? otherwise : std::string_view(found->second);
}

bool has_word(std::string_view list, std::string_view word) {
    const std::vector<std::string> words = lower_words(list, ':');
    return std::ranges::find(words, word) != words.end();
}

std::optional<Bytes> from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    Bytes out;
    std::uint32_t bits = 0, count = 0;
    for (const char c : text) {
        const std::uint8_t value = base64_value[static_cast<unsigned char>(c)];
        if (value == base64_foreign) return std::nullopt;
        bits = (bits << 6U) | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<std::byte>((bits >> count) & 0xFFU));
    }
    return out;
}

std::string_view value_of(const RawField& field) {
    return field.text.substr(std::min(field.text.find(':') + 1, field.text.size()));
}

DkimSignature read_signature(const RawMessage& message, std::size_t index, SignatureKind kind) {
    const RawField& field = message.fields[index];
    std::optional<Tags> tags;
    if (field.text.size() <= limits::dkim_field_bytes) tags = read_tags(value_of(field));
    if (tags) return SignatureReader(index, *tags, kind).read();
    DkimSignature damaged;
    damaged.field = index;
    damaged.problem = "its field is not well-formed";
    return damaged;
}

std::vector<DkimSignature> find_dkim_signatures(const RawMessage& message) {
    std::vector<DkimSignature> found;
    for (std::size_t index = 0; index < message.fields.size() && found.size() < limits::dkim_signatures;
         ++index)
        if (equals_ignoring_case(message.fields[index].name, "dkim-signature"))
            found.push_back(read_signature(message, index, SignatureKind::dkim));
    return found;
}

std::optional<std::uint32_t> read_instance(std::string_view text) {
    const std::optional<std::uint32_t> instance = number_of<std::uint32_t>(text);
    return instance == 0U ? std::nullopt : instance;
}

}  // namespace tocsin::mail
