#include "rules/text_shapes.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "mail/ascii.hpp"
#include "rules/text_normal.hpp"

namespace tocsin::rules {

namespace {

bool is_edge(char c) {
    return !mail::is_ascii_alphanumeric(c) && static_cast<unsigned char>(c) < 0x80;
}

/// Ends of host names that stand in texts without "www."; a dot that only lacks its blank ("account.Please") is none of them.
constexpr std::array<std::string_view, 40> host_ends = {
    "ai",  "app", "at",  "au",   "be",  "biz", "br",  "ca",  "ch",  "cn", "co",   "com",  "cz", "de",
    "dev", "dk",  "edu", "es",   "eu",  "fr",  "gov", "hu",  "icu", "ie", "in",   "info", "io", "it",
    "jp",  "me",  "mil", "mobi", "net", "nl",  "nz",  "org", "pl",  "ru", "shop", "uk"};

bool is_host(std::string_view chunk) {
    const std::string_view host = chunk.substr(0, chunk.find_first_of("/?#:"));
    const std::size_t dot = host.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    const bool plain = std::ranges::all_of(
        host, [](char c) { return mail::is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
    return plain && std::ranges::find(host_ends, host.substr(dot + 1)) != host_ends.end();
}

bool contains_any(std::string_view line, std::span<const std::string_view> marks) {
    return std::ranges::any_of(
        marks, [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; });
}

/// Months and days of the week in seven languages, by their hashes; those that are words of another kind, too ("may"), are not
/// there.
constexpr auto calendar_words = [] {
    std::array hashes = {
        word_hash("january"),    word_hash("february"),  word_hash("april"),     word_hash("june"),
        word_hash("july"),       word_hash("august"),    word_hash("september"), word_hash("october"),
        word_hash("november"),   word_hash("december"),  word_hash("monday"),    word_hash("tuesday"),
        word_hash("wednesday"),  word_hash("thursday"),  word_hash("friday"),    word_hash("saturday"),
        word_hash("sunday"),     word_hash("januar"),    word_hash("februar"),   word_hash("marz"),
        word_hash("mai"),        word_hash("juni"),      word_hash("juli"),      word_hash("oktober"),
        word_hash("dezember"),   word_hash("montag"),    word_hash("dienstag"),  word_hash("mittwoch"),
        word_hash("donnerstag"), word_hash("freitag"),   word_hash("samstag"),   word_hash("sonntag"),
        word_hash("sonnabend"),  word_hash("janvier"),   word_hash("fevrier"),   word_hash("mars"),
        word_hash("avril"),      word_hash("juin"),      word_hash("juillet"),   word_hash("aout"),
        word_hash("septembre"),  word_hash("octobre"),   word_hash("novembre"),  word_hash("decembre"),
        word_hash("lundi"),      word_hash("mardi"),     word_hash("mercredi"),  word_hash("jeudi"),
        word_hash("vendredi"),   word_hash("samedi"),    word_hash("dimanche"),  word_hash("enero"),
        word_hash("febrero"),    word_hash("marzo"),     word_hash("abril"),     word_hash("mayo"),
        word_hash("junio"),      word_hash("julio"),     word_hash("agosto"),    word_hash("septiembre"),
        word_hash("octubre"),    word_hash("noviembre"), word_hash("diciembre"), word_hash("lunes"),
        word_hash("martes"),     word_hash("miercoles"), word_hash("jueves"),    word_hash("viernes"),
        word_hash("sabado"),     word_hash("domingo"),   word_hash("janeiro"),   word_hash("fevereiro"),
        word_hash("maio"),       word_hash("junho"),     word_hash("julho"),     word_hash("setembro"),
        word_hash("outubro"),    word_hash("novembro"),  word_hash("dezembro"),  word_hash("gennaio"),
        word_hash("febbraio"),   word_hash("aprile"),    word_hash("maggio"),    word_hash("giugno"),
        word_hash("luglio"),     word_hash("settembre"), word_hash("ottobre"),   word_hash("dicembre"),
        word_hash("lunedi"),     word_hash("martedi"),   word_hash("mercoledi"), word_hash("giovedi"),
        word_hash("venerdi"),    word_hash("domenica"),  word_hash("januari"),   word_hash("februari"),
        word_hash("maart"),      word_hash("augustus"),  word_hash("maandag"),   word_hash("dinsdag"),
        word_hash("woensdag"),   word_hash("donderdag"), word_hash("vrijdag"),   word_hash("zaterdag"),
        word_hash("zondag"),     word_hash("jan"),       word_hash("feb"),       word_hash("apr"),
        word_hash("jun"),        word_hash("jul"),       word_hash("aug"),       word_hash("sep"),
        word_hash("sept"),       word_hash("oct"),       word_hash("nov"),       word_hash("dec"),
        word_hash("okt"),        word_hash("dez")};
    std::ranges::sort(hashes);
    return hashes;
}();

}  // namespace

bool is_ascii_letter(char c) {
    return mail::is_ascii_alphanumeric(c) && !mail::is_ascii_digit(c);
}

std::string_view inner(std::string_view chunk) {
    while (!chunk.empty() && is_edge(chunk.front())) chunk.remove_prefix(1);
    while (!chunk.empty() && is_edge(chunk.back())) chunk.remove_suffix(1);
    return chunk;
}

bool is_mail_address(std::string_view chunk) {
    const std::size_t at = chunk.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < chunk.size() && !is_edge(chunk[at - 1]) &&
           !is_edge(chunk[at + 1]);
}

bool is_link(std::string_view chunk) {
    return chunk.find("://") != std::string_view::npos || chunk.starts_with("www.") ||
           chunk.starts_with("mailto:") || is_host(chunk);
}

bool is_wallet(std::string_view chunk) {
    if (!std::ranges::all_of(chunk, mail::is_ascii_alphanumeric)) return false;
    if (chunk.starts_with("0x") && chunk.size() == 42) return true;
    if (chunk.starts_with("bc1") && chunk.size() >= 42 && chunk.size() <= 62) return true;
    const bool base58 = chunk.find_first_of("0OIl") == std::string_view::npos &&
                        !std::ranges::all_of(chunk, mail::is_ascii_digit);
    const bool mixed = std::ranges::count_if(chunk, mail::is_ascii_digit) >= 4;
    return base58 && mixed && (chunk[0] == '1' || chunk[0] == '3') && chunk.size() >= 26 &&
           chunk.size() <= 35;
}

bool is_code(std::string_view chunk) {
    constexpr std::size_t code_min = 8;
    if (chunk.size() < code_min || !std::ranges::all_of(chunk, mail::is_ascii_alphanumeric)) return false;
    const bool digits = std::ranges::any_of(chunk, mail::is_ascii_digit);
    const bool letters = !std::ranges::all_of(chunk, mail::is_ascii_digit);
    return digits && letters &&
           (mail::is_ascii_digit(chunk.front()) || mail::is_ascii_digit(chunk.back()) || chunk.size() > 16);
}

bool is_list_footer(std::string_view line) {
    constexpr std::array<std::string_view, 4> lists = {"mailing list", "listinfo", "list archive",
                                                       "://lists."};
    constexpr std::array<std::string_view, 2> groups = {"Google Groups", "Groups.io"};
    constexpr std::array<std::string_view, 2> hosts = {"sf.net email", "sourceforge"};
    return (line.find("list") != std::string_view::npos && contains_any(line, lists)) ||
           (line.find("roups") != std::string_view::npos && contains_any(line, groups)) ||
           contains_any(line, hosts);
}

bool is_dotted_date(std::string_view number) {
    const std::size_t first = number.find('.');
    const std::size_t last = number.rfind('.');
    if (first == last || first == 0 || first > 2 || last - first > 3) return false;
    const std::size_t year = number.size() - last - 1;
    return number.find(',') == std::string_view::npos && (year == 2 || year == 4);
}

bool is_ip_address(std::string_view number) {
    return std::ranges::count(number, '.') == 3 && number.find(',') == std::string_view::npos;
}

bool is_calendar_word(std::uint32_t word) {
    return std::ranges::binary_search(calendar_words, word);
}

}  // namespace tocsin::rules
