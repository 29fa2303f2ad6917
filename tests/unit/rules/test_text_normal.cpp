#include "rules/text_normal.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

struct Row {
    const char* what;
    std::string text;
    std::string normal;
};

}  // namespace

TEST_CASE("normal_text takes out what tells the year, the program and the recipient") {
    const std::array rows = {
        Row{"case and punctuation", "Dear MR Smith, Hello-World!", "dear mr smith hello world"},
        Row{"accents", "Größe déjà Ærø señor", "grosse deja aero senor"},
        Row{"accents that nobody needs", "ặccount suṣpenḋed ƒor", "account suspended for"},
        Row{"accents as marks of their own", "cafe\xCC\x81 noir", "cafe noir"},
        Row{"apostrophes",
            "don't l\xE2\x80\x99"
            "eau",
            "dont leau"},
        Row{"URLs and hosts", "see https://a.example/x?y=1, and www.b.example and login.c.com/abc",
            "see <link> and <link> and <link>"},
        Row{"a dot without its blank is no host", "your account.Please wait", "your account please wait"},
        Row{"addresses", "write to <Jo.Doe@mail.example> or pot@home", "write to <address> or <address>"},
        Row{"hexadecimal and tokens", "commit 3f9a0c1e99 id A1B2C3D4E5F6G7H8I", "commit <code> id <code>"},
        Row{"dates and years", "in 1999, on 2024-06-18 at 17:10, 28.11.2025, 06/11/2023",
            "in <date> on <date> at <date> <date> <date>"},
        Row{"numbers by size", "7 42 365 4711 123456", "#1 #2 #3 #4 #5"},
        Row{"an IP address", "from 10.0.0.1", "from <code>"},
        Row{"place-holders", "Hi {{ first_name }}, *|FNAME|* {% if x %} <%= y %> bye", "hi bye"},
        Row{"redaction marks", "card xxxx XXXXXX ending", "card ending"},
        Row{"quoted lines", "yes\n> old text\n>> older\nno", "yes no"},
        Row{"footers of lists",
            "text\nusers mailing list\nlists.example: listinfo\nYou use Google Groups\nend", "text end"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(to_string(normal_text(row.text)) == row.normal);
    }
}

TEST_CASE("normal_text undoes what hides words from filters") {
    struct Disguise {
        const char* what;
        std::string text;
        std::string normal;
        std::uint32_t disguised;
    };
    const std::array rows = {
        Disguise{"Cyrillic in a Latin word", "P\xD0\xB0yp\xD0\xB0l", "paypal", 1},
        Disguise{"a word of look-alikes only, in a Latin text",
                 "please open your \xD0\xB0\xD1\x80\xD1\x80\xD3\x8F\xD0\xB5 account",
                 "please open your apple account", 1},
        Disguise{"a Russian text stays Russian",
                 "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 \xD1\x81\xD0\xBE\xD1\x80",
                 "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 \xD1\x81\xD0\xBE\xD1\x80", 0},
        Disguise{"zero-width space", "pay\xE2\x80\x8Bpal", "paypal", 1},
        Disguise{"strike-through",
                 "P\xCC\xB6"
                 "e\xCC\xB6n\xCC\xB6",
                 "pen", 1},
        Disguise{"a soft hyphen is honest", "new\xC2\xADs", "news", 0},
        Disguise{"mathematical and full-width letters",
                 "\xF0\x9D\x90\x87\xF0\x9D\x90\x9E\xF0\x9D\x90\xB2 \xEF\xBC\xA8\xEF\xBD\x89", "hey hi", 2},
        Disguise{"digits as letters", "acc0unt v1agra", "account viagra", 2},
        Disguise{"digits that belong there", "mp3 win10 h264", "mp0 win00 h000", 0},
        Disguise{"UTF-8 read as Latin-1", "M\xC3\x83\xC2\xBCller don\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2t",
                 "muller dont", 0},
        Disguise{"lost characters",
                 "caf\xEF\xBF\xBD"
                 "e na\xFFve",
                 "cafe nave", 0},
    };
    for (const Disguise& row : rows) {
        CAPTURE(row.what);
        const NormalText normal = normal_text(row.text);
        CHECK(to_string(normal) == row.normal);
        CHECK(normal.disguised == row.disguised);
    }
}

TEST_CASE("normal_text knows amounts, phone numbers and wallets") {
    const std::array rows = {
        Row{"before", "$9 $1,500.00 \xE2\x82\xAC 250", "$1 $3 $2"},
        Row{"behind", "5$ and 1.700.000,00 \xE2\x82\xAC", "$1 and $4"},
        Row{"in words", "USD 500 or 20 euros", "usd $2 or $1 euros"},
        Row{"with a letter in front", "R$ 875,90", "r $2"},
        Row{"no amount", "500 people", "#3 people"},
        Row{"percent", "50% off, 5 % more", "% off % more"},
        Row{"phone", "call +1 (800) 555-0100 or 1-888-555-0100 now", "call <phone> or <phone> now"},
        Row{"phone with blanks", "0800 123 4567 or +49 30 1234567", "<phone> or <phone>"},
        Row{"no phone", "555 0100 and 12 345 678 901", "#3 #4 and #2 #3 #3 #3"},
        Row{"wallets", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 0x00000000219ab540356cBB839Cbe05303d7705Fa",
            "<wallet> <wallet>"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(to_string(normal_text(row.text)) == row.normal);
    }
}

TEST_CASE("normal_text counts what shouts and hides") {
    const NormalText normal = normal_text("FREE MONEY now!!! w o n d e r");
    CHECK(normal.shouted == 2);
    CHECK(normal.exclamations == 3);
    CHECK(normal.spaced == 1);
    CHECK(normal.content_words == 9);
}

TEST_CASE("words know where they stood") {
    const std::string text = "Hi all,\nyour \xC3\x84pfel";
    const NormalText normal = normal_text(text);
    REQUIRE(normal.words.size() == 4);
    CHECK(normal.words[0].line_start);
    CHECK_FALSE(normal.words[1].line_start);
    CHECK(normal.words[2].line_start);
    const NormalWord& last = normal.words[3];
    CHECK(text.substr(last.source_at, last.source_end - last.source_at) == "\xC3\x84pfel");
    CHECK(last.hash == word_hash("apfel"));
}

TEST_CASE("scripts without blanks give a word for every two syllables") {
    CHECK(normal_text("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E").words.size() == 2);
}

TEST_CASE("any bytes are some text") {
    std::string every_byte;
    for (int value = 0; value < 256; ++value) every_byte += std::string(3, static_cast<char>(value)) + " ";
    CHECK(normal_text(every_byte).words.size() > 0);
    CHECK(normal_text("").words.empty());
    for (const char* cut :
         {"\xC3", "\xE2\x82", "\xF0\x9D\x90", "\xC3\x83\xC2", "{{", "*|", "<%", "$", "%", "1.", "1-"})
        CHECK(normal_text(cut).words.size() <= 2);
    CHECK(to_string(normal_text("\xED\xA0\x80 \xF4\x90\x80\x80 \xC0\x80")) ==
          "");  // surrogate, too large, overlong
}

TEST_CASE("work is bounded and a limit is told") {
    const std::string long_text(limits::text_model_bytes + 10, 'a');
    CHECK(normal_text(long_text).truncated);
    CHECK(to_string(normal_text(long_text)) == "<code>");
    std::string many;
    for (std::size_t i = 0; i < limits::text_model_words + 10; ++i) many += "ab ";
    const NormalText normal = normal_text(many);
    CHECK(normal.truncated);
    CHECK(normal.words.size() == limits::text_model_words);
    CHECK_FALSE(normal_text("short").truncated);
}
