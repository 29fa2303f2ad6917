#include "scan/unpack_messages.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using scan::UnpackSummary;

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

enum class Method { stored, deflated };

std::string make_zip(const Members& members, Method method = Method::deflated) {
    std::string zip(4U << 20, '\0');
    std::size_t used = 0;
    archive* writer = ::archive_write_new();
    ::archive_write_set_format_zip(writer);
    REQUIRE(::archive_write_set_options(writer, method == Method::stored ? "zip:compression=store"
                                                                         : nullptr) <= ARCHIVE_OK);
    REQUIRE(::archive_write_open_memory(writer, zip.data(), zip.size(), &used) == ARCHIVE_OK);
    for (const auto& [name, content] : members) {
        archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, name.c_str());
        ::archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
        ::archive_entry_set_perm(entry, 0644);
        ::archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        REQUIRE(::archive_write_header(writer, entry) == ARCHIVE_OK);
        static_cast<void>(::archive_write_data(writer, content.data(), content.size()));
        ::archive_entry_free(entry);
    }
    ::archive_write_close(writer);
    ::archive_write_free(writer);
    zip.resize(used);
    return zip;
}

struct Unpacked {
    Members messages;
    Result<UnpackSummary> summary;
};

Unpacked unpack(std::string_view zip) {
    Unpacked unpacked;
    ExactBuffer exact(zip);
    unpacked.summary = scan::unpack_messages(exact.view(), [&](std::string_view name, ByteView message) {
        unpacked.messages.emplace_back(name, as_text(message));
        return Result<void>{};
    });
    return unpacked;
}

}  // namespace

TEST_CASE("the .eml members of a zip come out in order, whatever case their ending has") {
    Unpacked unpacked = unpack(make_zip({{"one.eml", "From: a\r\n\r\n1"},
                                         {"notes.txt", "not mail"},
                                         {"folder/", ""},
                                         {"folder/two.EML", "From: b\r\n\r\n2"},
                                         {"empty.eml", ""},
                                         {"eml", "no ending"}}));
    REQUIRE(unpacked.summary.has_value());
    CHECK(unpacked.messages == Members{{"one.eml", "From: a\r\n\r\n1"},
                                       {"folder/two.EML", "From: b\r\n\r\n2"},
                                       {"empty.eml", ""}});
    CHECK(unpacked.summary->messages == 3);
    CHECK(unpacked.summary->other_members == 3);
    CHECK(unpacked.summary->unreadable == 0);
    CHECK_FALSE(unpacked.summary->limit_reached);
}

TEST_CASE("what is no zip is refused, not guessed at") {
    for (std::string bytes :
         {std::string(), std::string("hello"), std::string(10'000, '\0'), std::string("From: a\r\n\r\n")}) {
        Unpacked unpacked = unpack(bytes);
        REQUIRE_FALSE(unpacked.summary.has_value());
        CHECK(unpacked.summary.error().code == ErrorCode::invalid_input);
    }
}

TEST_CASE("more messages than a reply can name: the first ones, and a word about the rest") {
    Members members;
    for (std::size_t index = 0; index < limits::output_ranges + 1; ++index)
        members.emplace_back(std::to_string(index) + ".eml", "m");
    Unpacked unpacked = unpack(make_zip(members));
    REQUIRE(unpacked.summary.has_value());
    CHECK(unpacked.messages.size() == limits::output_ranges);
    CHECK(unpacked.summary->limit_reached);
}

TEST_CASE("an endless zip of other files ends") {
    Members members;
    for (std::size_t index = 0; index < 4 * limits::container_members + 1; ++index)
        members.emplace_back(std::to_string(index), "");
    Unpacked unpacked = unpack(make_zip(members, Method::stored));
    REQUIRE(unpacked.summary.has_value());
    CHECK(unpacked.summary->limit_reached);
}

TEST_CASE("an error of the receiver ends the unpacking") {
    std::string zip = make_zip({{"1.eml", "a"}, {"2.eml", "b"}});
    int calls = 0;
    auto summary = scan::unpack_messages(as_bytes(zip), [&](std::string_view, ByteView) -> Result<void> {
        ++calls;
        return fail(ErrorCode::limit, "full");
    });
    REQUIRE_FALSE(summary.has_value());
    CHECK(summary.error().message == "full");
    CHECK(calls == 1);
}

TEST_CASE("every truncation and every changed byte ends in an answer") {
    std::string zip = make_zip({{"1.eml", "From: a\r\n\r\nfirst"}, {"2.eml", "From: b\r\n\r\nsecond"}});
    for (std::size_t size = 0; size < zip.size(); ++size)
        if (Unpacked unpacked = unpack(std::string_view(zip).substr(0, size)); unpacked.summary)
            CHECK(unpacked.messages.size() <= 2);
    for (std::size_t at = 0; at < zip.size(); ++at) {
        std::string changed = zip;
        changed[at] = static_cast<char>(changed[at] ^ 0xFF);
        if (Unpacked unpacked = unpack(changed); unpacked.summary) CHECK(unpacked.messages.size() <= 3);
    }
}
