// Mail that is kept for looking again: what comes back, what goes first, what is damaged.
#include <doctest/doctest.h>

#include <sodium.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "store/detail/kept_segment.hpp"
#include "store/kept_mail_reader.hpp"
#include "store/kept_mail_store.hpp"
#include "store/sample_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::store;
namespace fs = std::filesystem;

namespace {

/// The machine that runs tests may have little left.
KeptMailRoom room_of(std::uint64_t bytes_max) {
    return {.bytes_max = bytes_max, .disk_free_bytes = 0};
}

constexpr std::uint64_t plenty = 1U << 30;
constexpr TimePoint far_future{std::numeric_limits<std::int64_t>::max()};
constexpr std::int64_t hour_s = 3'600;

KeptFacts facts_of(std::string id, std::int64_t seconds = 0) {
    KeptFacts facts;
    facts.record_id = std::move(id);
    facts.time = test::after_noon(seconds);
    facts.direction = "outbound";
    facts.mail_from = "sender@customer.example";
    facts.customer = "acme";
    facts.subject = "Gr\xC3\xBC\xC3\x9F"
                    "e";
    facts.verdict = "clean";
    facts.disposition = "accept";
    facts.recipient = "one@example.org";
    facts.recipients = 3;
    facts.passed_to = 2;
    facts.text_fingerprint = 0xFEDCBA9876543210;
    return facts;
}

/// What does not compress.
std::string noise(std::size_t bytes) {
    std::string text(bytes, '\0');
    randombytes_buf(text.data(), text.size());
    return text;
}

struct Looked {
    std::vector<KeptMail> mails;
    std::vector<NotKept> notes;
    std::vector<std::string> problems;

    [[nodiscard]] std::string ids() const {
        std::string out;
        for (const KeptMail& mail : mails) out += (out.empty() ? "" : " ") + mail.facts.record_id;
        return out;
    }
};

Looked look(const fs::path& folder, TimePoint since = {}) {
    Looked out;
    auto reader = KeptMailReader::open(folder, since);
    REQUIRE(reader.has_value());
    while (auto entry = reader->next()) {
        if (!*entry)
            out.problems.push_back(entry->error().message);
        else if (auto* mail = std::get_if<KeptMail>(&**entry))
            out.mails.push_back(std::move(*mail));
        else
            out.notes.push_back(std::get<NotKept>(**entry));
    }
    CHECK(reader->bytes_read() == reader->bytes());
    return out;
}

void keep(KeptMailStore& store, const std::string& id, std::string_view content, std::int64_t seconds = 0) {
    REQUIRE(store.add(facts_of(id, seconds), as_bytes(content), test::after_noon(seconds)).has_value());
}

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    const std::vector<KeptSegment> segments = *list_kept_segments(folder);
    for (const KeptSegment& segment : segments) files.push_back(folder / segment.file_name());
    return files;
}

void flip_byte(const fs::path& path, std::int64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int old = file.get();
    file.seekp(at);
    file.put(static_cast<char>(old ^ 1));
}

}  // namespace

TEST_CASE("a kept mail comes back with all that is known of it, and a note of what was not kept too") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    REQUIRE(store.has_value());
    const std::string content = noise(200'000);
    keep(*store, "r1", content);
    keep(*store, "r2", "");
    NotKept note{.time = test::after_noon(5), .direction = "inbound", .counts = {4, 3, 2, 1}};
    REQUIRE(store->note(note, test::after_noon(5)).has_value());
    const Looked looked = look(folder.path());  // beside the writer
    REQUIRE(looked.ids() == "r1 r2");
    const KeptFacts& facts = looked.mails[0].facts;
    const KeptFacts wanted = facts_of("r1");
    CHECK(facts.time == wanted.time);
    CHECK(facts.direction == wanted.direction);
    CHECK(facts.mail_from == wanted.mail_from);
    CHECK(facts.customer == wanted.customer);
    CHECK(facts.subject == wanted.subject);
    CHECK(facts.verdict == wanted.verdict);
    CHECK(facts.disposition == wanted.disposition);
    CHECK(facts.recipient == wanted.recipient);
    CHECK(facts.recipients == 3);
    CHECK(facts.passed_to == 2);
    CHECK(facts.text_fingerprint == wanted.text_fingerprint);
    CHECK(as_text(looked.mails[0].content) == content);
    CHECK(looked.mails[1].content.empty());
    REQUIRE(looked.notes.size() == 1);
    CHECK(looked.notes[0].time == note.time);
    CHECK(looked.notes[0].direction == "inbound");
    CHECK(looked.notes[0].counts == note.counts);
    CHECK(looked.problems.empty());
}

TEST_CASE("what is on disk is compressed, sealed and private, and one process writes it") {
    test::TemporaryFolder folder;
    const fs::path kept = folder.path() / "hunt";
    auto store = KeptMailStore::open(kept, room_of(plenty));
    REQUIRE(store.has_value());
    keep(*store, "r1", std::string(100'000, 'A'));
    CHECK(KeptMailStore::open(kept, room_of(plenty)).error().code == ErrorCode::conflict);
    const auto files = files_in(kept);
    REQUIRE(files.size() == 1);
    CHECK(fs::file_size(files[0]) < 1'000);
    CHECK(store->used_bytes() == fs::file_size(files[0]));
    std::ifstream file(files[0], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK(bytes.find("customer.example") == std::string::npos);
    for (const fs::path& path : {files[0], kept / "key"}) {
        struct stat found{};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777U) == 0600U);
    }
    struct stat found{};
    REQUIRE(::stat(kept.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0700U);
}

TEST_CASE("a text longer than a record keeps is cut, with a mark, and a mail over the limit is refused") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    KeptFacts facts = facts_of("r1");
    facts.subject = std::string(100'000, 'x');
    facts.mail_from = std::string(100'000, '\0');  // three bytes each when it is made valid
    REQUIRE(store->add(facts, as_bytes("x"), test::noon).has_value());
    const Looked looked = look(folder.path());
    REQUIRE(looked.mails.size() == 1);
    CHECK(looked.mails[0].facts.subject.size() <= limits::record_text_bytes);
    CHECK(looked.mails[0].facts.subject.ends_with("\xE2\x80\xA6"));
    const Bytes huge(limits::kept_message_bytes + 1);
    CHECK(store->add(facts, huge, test::noon).error().code == ErrorCode::limit);
}

TEST_CASE("a file ends when it is full or an hour old; after a restart another one begins") {
    test::TemporaryFolder folder;
    {
        auto store = KeptMailStore::open(folder.path(), room_of(plenty));
        keep(*store, "r1", "one", 0);
        keep(*store, "r2", "two", hour_s);
        CHECK(files_in(folder.path()).size() == 1);
        keep(*store, "r3", "three", hour_s + 1);
        CHECK(files_in(folder.path()).size() == 2);
        keep(*store, "r4", noise(limits::kept_segment_bytes), hour_s + 2);
        keep(*store, "r5", "five", hour_s + 3);
        CHECK(files_in(folder.path()).size() == 3);
        keep(*store, "r6", "the clock was put back", 0);
    }
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    REQUIRE(store.has_value());
    std::uint64_t bytes = 0;
    const auto files = files_in(folder.path());
    for (const fs::path& path : files) bytes += fs::file_size(path);
    CHECK(store->used_bytes() == bytes);
    keep(*store, "r7", "seven", 0);
    CHECK(files_in(folder.path()).size() == 4);
    CHECK(look(folder.path()).ids() == "r1 r2 r3 r4 r5 r6 r7");
}

TEST_CASE("when the quota is full the oldest file goes, and what is larger than the quota is refused") {
    test::TemporaryFolder folder;
    constexpr std::uint64_t quota = 4 << 20;
    auto store = KeptMailStore::open(folder.path(), room_of(quota));
    CHECK(store->oldest() == far_future);
    std::vector<TimePoint> files;
    for (int number = 0; number < 8; ++number) {
        const std::int64_t at = number * (hour_s + 1);
        const auto file = store->add(facts_of("r" + std::to_string(number), at), as_bytes(noise(1 << 20)),
                                     test::after_noon(at));
        REQUIRE(file.has_value());
        files.push_back(*file);
        CHECK(store->used_bytes() <= quota);
    }
    CHECK(look(folder.path()).ids() == "r5 r6 r7");
    CHECK(store->oldest() == files[5]);
    CHECK(store->add(facts_of("large"), as_bytes(noise(quota)), test::after_noon(0)).error().code ==
          ErrorCode::limit);
    CHECK(look(folder.path()).ids() == "r5 r6 r7");
    // Room that only the file under way can give.
    REQUIRE(store->add(facts_of("most"), as_bytes(noise(3 << 20)), test::after_noon(8 * (hour_s + 1)))
                .has_value());
    CHECK(look(folder.path()).ids() == "most");
}

TEST_CASE("what is too old goes file by file, also the one that is being written") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    keep(*store, "r1", "one", 0);
    keep(*store, "r2", "two", 2 * hour_s);
    CHECK(*store->remove_before(test::after_noon(hour_s)) == 0);  // an entry may be as young as this
    CHECK(*store->remove_before(test::after_noon(hour_s + 1)) == 1);
    CHECK(look(folder.path()).ids() == "r2");
    CHECK(*store->remove_before(far_future) == 1);
    CHECK(store->used_bytes() == 0);
    CHECK(store->oldest() == far_future);
    keep(*store, "r3", "three", 3 * hour_s);
    CHECK(look(folder.path()).ids() == "r3");
}

TEST_CASE("who looks from a moment on is spared the files before it") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    keep(*store, "r1", "one", 0);
    keep(*store, "r2", "two", 2 * hour_s);
    CHECK(look(folder.path(), test::after_noon(hour_s)).ids() == "r1 r2");
    CHECK(look(folder.path(), test::after_noon(hour_s + 1)).ids() == "r2");
    CHECK(look(folder.path(), far_future).ids().empty());
}

TEST_CASE("damage is named with file and place, and the mail around it is read") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    std::vector<std::uint64_t> ends;
    for (const char* id : {"r1", "r2", "r3"}) {
        keep(*store, id, noise(5'000));
        ends.push_back(store->used_bytes());
    }
    keep(*store, "later", "in another file", 2 * hour_s);
    const fs::path path = files_in(folder.path())[0];
    std::string ids = "r1 r3 later", place = std::to_string(ends[0]), why = "the seal is broken";
    SUBCASE("in a mail") {
        flip_byte(path, static_cast<std::int64_t>(ends[0]) + 200);
    }
    SUBCASE("in the length of a mail") {
        flip_byte(path, static_cast<std::int64_t>(ends[0]) + 1);
        why = "";
    }
    SUBCASE("in how a mail begins") {
        flip_byte(path, static_cast<std::int64_t>(ends[0]) + 5);
        why = "not a sealed file";
    }
    SUBCASE("in the last mail of a file") {
        flip_byte(path, static_cast<std::int64_t>(ends[2]) - 1);
        ids = "r1 r2 later";
        place = std::to_string(ends[1]);
    }
    SUBCASE("the end of a file is missing") {
        fs::resize_file(path, ends[2] - 1);
        ids = "r1 r2 later";
        place = std::to_string(ends[1]);
        why = "does not end";
    }
    const Looked looked = look(folder.path());
    CHECK(looked.ids() == ids);
    REQUIRE(looked.problems.size() == 1);
    CAPTURE(looked.problems[0]);
    CHECK(looked.problems[0].find(path.string() + " at byte " + place + ": ") == 0);
    CHECK(looked.problems[0].find(why) != std::string::npos);
}

TEST_CASE("half a mail at the end of the newest file is one that is being written, and no damage") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    keep(*store, "r1", noise(5'000));
    keep(*store, "r2", noise(5'000));
    fs::resize_file(files_in(folder.path())[0], store->used_bytes() - 1);
    const Looked looked = look(folder.path());
    CHECK(looked.ids() == "r1");
    CHECK(looked.problems.empty());
}

TEST_CASE("a mail that was moved to another place, or another file, does not open") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    keep(*store, "r1", "one");
    const fs::path path = files_in(folder.path())[0];
    const KeptSegment other{.begin = test::after_noon(-100), .bytes = 0};
    fs::copy_file(path, folder.path() / other.file_name());
    const Looked looked = look(folder.path());
    CHECK(looked.ids() == "r1");
    CHECK(looked.problems.size() == 1);
}

TEST_CASE("without its key nothing is read, and no new one is made beside old files") {
    test::TemporaryFolder folder;
    const fs::path key = folder.path() / "key";
    {
        auto store = KeptMailStore::open(folder.path(), room_of(plenty));
        keep(*store, "r1", "one");
    }
    SUBCASE("gone") {
        fs::remove(key);
        CHECK(KeptMailReader::open(folder.path(), {}).error().code == ErrorCode::corrupt);
        CHECK(KeptMailStore::open(folder.path(), room_of(plenty)).error().code == ErrorCode::corrupt);
    }
    SUBCASE("open to others") {
        REQUIRE(::chmod(key.c_str(), 0640) == 0);
        CHECK(KeptMailReader::open(folder.path(), {}).error().code == ErrorCode::permission);
        CHECK(KeptMailStore::open(folder.path(), room_of(plenty)).error().code == ErrorCode::permission);
    }
    SUBCASE("another") {
        flip_byte(key, 3);
        CHECK(look(folder.path()).problems.size() == 1);
    }
    CHECK(KeptMailReader::open(folder.path() / "nowhere", {}).error().code == ErrorCode::not_found);
}

TEST_CASE("nothing is kept when the disk is nearly full, or the folder is gone") {
    test::TemporaryFolder folder;
    const fs::path kept = folder.path() / "hunt";
    auto store = KeptMailStore::open(kept, {.bytes_max = plenty, .disk_free_bytes = std::uint64_t{1} << 62});
    const auto refused = store->add(facts_of("r1"), as_bytes("x"), test::noon);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::limit);
    CHECK(refused.error().message.find(kept.string()) != std::string::npos);
    fs::remove_all(kept);
    CHECK_FALSE(store->add(facts_of("r1"), as_bytes("x"), test::noon).has_value());
}

TEST_CASE("files that are not ours are left alone, and one that somebody deleted is passed over") {
    test::TemporaryFolder folder;
    auto store = KeptMailStore::open(folder.path(), room_of(plenty));
    for (const char* name :
         {"notes.mail", "0000000000000000001.mail", "x0000000000000000001.mail", "hunts.log"})
        std::ofstream(folder.path() / name) << "somebody else's";
    keep(*store, "r1", "one", 0);
    keep(*store, "r2", "two", 2 * hour_s);
    auto reader = KeptMailReader::open(folder.path(), {});
    fs::remove(files_in(folder.path())[0]);
    const auto first = reader->next();
    REQUIRE((first && *first));
    CHECK(std::get<KeptMail>(**first).facts.record_id == "r2");
    CHECK_FALSE(reader->next().has_value());
    CHECK(*store->remove_before(far_future) == 2);
    CHECK(fs::exists(folder.path() / "hunts.log"));
}

TEST_CASE("what is no entry of this program does not decode") {
    const std::string good = encode_kept(facts_of("r1"), as_bytes("content"));
    REQUIRE(decode_kept(good).has_value());
    for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(decode_kept(good.substr(0, size)));
    CHECK_FALSE(decode_kept(good + "x"));
    CHECK_FALSE(decode_kept("\x07" + good.substr(1)));
}
