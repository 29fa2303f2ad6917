#include "config/values.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/fold_case.hpp"
#include "base/limits.hpp"

namespace tocsin::config {

namespace {

bool is_control(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    // U+0080 to U+009F (C1) are controls too.
    return byte < 0x20 || byte == 0x7F ||
           (byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0);
}

std::optional<Complaint> complain_text(std::string_view text, std::size_t bytes_max) {
    if (text.empty()) return Complaint{"is empty", "write a value or leave the line out"};
    if (text.size() > bytes_max)
        return Complaint{fmt::format("is {} bytes long, the longest is {} bytes", text.size(), bytes_max),
                         "shorten it"};
    for (std::size_t at = 0; at < text.size(); ++at)
        if (is_control(text, at))
            return Complaint{"contains a control character", "write one line of ordinary characters"};
    return std::nullopt;
}

/// RFC 1123 section 2.1; underscores, because they occur.
bool is_domain(std::string_view text) {
    if (text.size() > limits::domain_name_bytes || text.starts_with('.') || text.ends_with('.') ||
        text.find("..") != std::string_view::npos)
        return false;
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_';
    });
}

std::optional<Complaint> complain_domain(std::string_view text, std::string_view what) {
    if (is_domain(text)) return std::nullopt;
    if (text.starts_with('@'))
        return Complaint{fmt::format("{} is no {}", in_quotes(text), what), "write it without @"};
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return Complaint{fmt::format("{} is no {} in ASCII", in_quotes(text), what), "write it as xn--…"};
    return Complaint{fmt::format("{} is no {}", in_quotes(text), what),
                     "write letters, digits, hyphens and dots, for example mail.example.org"};
}

std::optional<Complaint> complain_address(std::string_view text, Type type) {
    std::optional<Address> address = parse_address(text);
    const bool may_be_socket = type == Type::listen_address;
    if (!address || (address->kind == AddressKind::unix_socket && !may_be_socket)) {
        return Complaint{fmt::format("{} is no address", in_quotes(text)),
                         may_be_socket
                             ? "write IP:PORT, for example 127.0.0.1:2525 or [::1]:2525, or unix:/PATH"
                             : "write IP:PORT, for example 127.0.0.1:10025 or [::1]:10025"};
    }
    if (!may_be_socket && address->port == 0)
        return Complaint{fmt::format("{} has port 0", in_quotes(text)), "write the port of the next hop"};
    return std::nullopt;
}

std::optional<Complaint> complain_login(std::string_view text) {
    if (text.substr(0, text.size() - 1).find('*') == std::string_view::npos) return std::nullopt;
    return Complaint{fmt::format("{} has a * that is not at its end", in_quotes(text)),
                     "only the end of a login may be left open: shop-*"};
}

std::optional<Complaint> complain_recipient(std::string_view text) {
    std::size_t at = text.rfind('@');
    if (at != std::string_view::npos && at + 1 < text.size() &&
        text.find_first_of(" <>*") == std::string_view::npos)
        return complain_domain(text.substr(at + 1), "domain");
    return Complaint{fmt::format("{} is no recipient", in_quotes(text)),
                     "write an address (boss@example.org) or @DOMAIN (@example.org)"};
}

std::optional<Complaint> complain_name(std::string_view text, std::string_view what,
                                       const std::vector<std::string_view>& names) {
    if (names.empty() || std::ranges::find(names, text) != names.end()) return std::nullopt;
    Complaint complaint{fmt::format("{} is no {}", in_quotes(text), what), "write " + alternatives(names)};
    if (std::optional<std::string_view> meant = similar_name(text, names))
        complaint.what_to_do = fmt::format("did you mean \"{}\"? possible: {}", *meant, alternatives(names));
    return complaint;
}

std::optional<Complaint> complain_path(const Setting& setting, const std::string& path,
                                       const ValueContext& context) {
    if (!context.path_check || setting.path_use == PathUse::nothing) return std::nullopt;
    return context.path_check(setting.path_use, path);
}

std::string resolve(const std::filesystem::path& folder, const std::string& path) {
    return folder.empty() ? path : (folder / path).lexically_normal().string();
}

std::size_t text_bytes_max(const Setting& setting) {
    return setting.most > 0 ? static_cast<std::size_t>(setting.most) : limits::config_text_bytes;
}

/// Checks one text and brings it into its final form.
std::optional<Complaint> check_text(const Setting& setting, std::string& text, const ValueContext& context) {
    if (auto complaint = complain_text(text, text_bytes_max(setting))) return complaint;
    switch (setting.type) {
        case Type::word:
        case Type::words:
            return complain_name(text, "choice", {setting.access.words.begin(), setting.access.words.end()});
        case Type::flags:
            return complain_name(text, "flag", {context.part_flags.begin(), context.part_flags.end()});
        case Type::host_name: return complain_domain(text, "host name");
        case Type::domains: {
            auto complaint = complain_domain(text, "domain");
            text = ascii_lower(text);
            return complaint;
        }
        case Type::path:
        case Type::paths: text = resolve(context.folder, text); return complain_path(setting, text, context);
        case Type::listen_address:
        case Type::hop_address: {
            if (auto complaint = complain_address(text, setting.type)) return complaint;
            Address address = *parse_address(text);
            if (address.kind == AddressKind::tcp) return std::nullopt;
            address.path = resolve(context.folder, address.path);
            text = to_text(address);
            // The folder made it longer.
            if (auto complaint = complain_address(text, setting.type)) return complaint;
            return complain_path(setting, address.path, context);
        }
        case Type::networks:
            if (parse_network(text)) return std::nullopt;
            return Complaint{
                fmt::format("{} is no network", in_quotes(text)),
                "write an address or a block of them, for example 192.0.2.0/24 or 2001:db8::/32"};
        case Type::logins: return complain_login(text);
        case Type::recipients: return complain_recipient(text);
        default: return std::nullopt;
    }
}

std::string with_unit(std::int64_t number, const Setting& setting) {
    return setting.unit.empty() ? fmt::format("{}", number) : fmt::format("{} {}", number, setting.unit);
}

std::optional<Complaint> check_number(const Setting& setting, std::int64_t number) {
    if (number >= setting.least && number <= setting.most) return std::nullopt;
    const bool low = number < setting.least;
    return Complaint{fmt::format("is {}, the {} is {}", number, low ? "least" : "most",
                                 with_unit(low ? setting.least : setting.most, setting)),
                     fmt::format("write a number from {} to {}", setting.least, setting.most)};
}

/// What the operator probably meant: his own words, if they only lack their quotes.
std::string example(const Setting& setting, const Node& node) {
    const auto* text = std::get_if<std::string>(&node.value);
    if (setting.type == Type::boolean) return text != nullptr && *text == "false" ? "false" : "true";
    std::int64_t number = 0;
    const bool is_number =
        text != nullptr &&
        std::from_chars(text->data(), text->data() + text->size(), number).ec == std::errc{} &&
        !check_number(setting, number);
    return fmt::to_string(is_number ? number : setting.least);
}

Complaint wrong_type(const Setting& setting, const Node& node) {
    const std::string what = fmt::format("is {}, must be {}", name_of(node), describe(setting.type));
    const bool is_text = std::holds_alternative<std::string>(node.value);
    if (std::holds_alternative<List>(node.value) && !is_list(setting.type))
        return {what, "write one value without brackets"};
    if (setting.type == Type::integer || setting.type == Type::boolean)
        return {what, fmt::format("{}{} = {}", is_text ? "write it without quotes: " : "for example ",
                                  setting.key, example(setting, node))};
    if (is_text && is_list(setting.type))
        return {what, fmt::format("write it in brackets: {} = [{}]", setting.key,
                                  in_quotes(std::get<std::string>(node.value)))};
    return {what, "texts stand in double quotes"};
}

std::optional<Value> read_list(const Setting& setting, const List& list, Place place,
                               const ValueContext& context,
                               const std::function<void(Place, Complaint)>& complain) {
    if (list.empty() && setting.empty_list == EmptyList::refused) {
        complain(place, {"is an empty list", "leave the line out, or say what is meant"});
        return std::nullopt;
    }
    if (list.size() > limits::config_list_entries) {
        complain(place,
                 {fmt::format("has {} entries, the most are {}", list.size(), limits::config_list_entries),
                  "shorten the list"});
        return std::nullopt;
    }
    std::vector<std::string> out;
    bool good = true;
    for (const Node& element : list) {
        const auto* text = std::get_if<std::string>(&element.value);
        std::string value = text != nullptr ? *text : "";
        std::optional<Complaint> complaint;
        if (text == nullptr)
            complaint =
                Complaint{fmt::format("holds {}, must be {}", name_of(element), describe(setting.type)),
                          "texts stand in double quotes"};
        else
            complaint = check_text(setting, value, context);
        if (complaint) complain(element.place, std::move(*complaint));
        good = good && !complaint;
        out.push_back(std::move(value));
    }
    if (!good) return std::nullopt;
    return out;
}

std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + '"';
}

}  // namespace

std::optional<Value> read_value(const Setting& setting, const Node& node, const ValueContext& context,
                                const std::function<void(Place, Complaint)>& complain) {
    std::optional<Complaint> complaint;
    if (const auto* flag = std::get_if<bool>(&node.value); flag != nullptr && setting.type == Type::boolean)
        return *flag;
    if (const auto* number = std::get_if<std::int64_t>(&node.value);
        number != nullptr && setting.type == Type::integer) {
        complaint = check_number(setting, *number);
        if (!complaint) return *number;
    } else if (const auto* list = std::get_if<List>(&node.value); list != nullptr && is_list(setting.type)) {
        return read_list(setting, *list, node.place, context, complain);
    } else if (const auto* text = std::get_if<std::string>(&node.value);
               text != nullptr && setting.type != Type::boolean && setting.type != Type::integer &&
               !is_list(setting.type)) {
        std::string value = *text;
        complaint = check_text(setting, value, context);
        if (!complaint) return value;
    } else {
        complaint = wrong_type(setting, node);
    }
    complain(node.place, std::move(*complaint));
    return std::nullopt;
}

std::string to_toml(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
    if (const auto* text = std::get_if<std::string>(&value)) return toml_text(*text);
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list == nullptr) return "";
    std::string out = "[";
    for (const std::string& element : *list) out += (out.size() == 1 ? "" : ", ") + toml_text(element);
    return out + "]";
}

}  // namespace tocsin::config
