// The list that the response is told: in its order, each event once, and reports that need their evidence.
#include <doctest/doctest.h>

#include "base/limits/response.hpp"
#include "store/respond_store.hpp"

using namespace tocsin;
using namespace tocsin::store;

namespace {

RespondEntry note_of(std::uint64_t number, const std::string& id) {
    return {
        number,
        {.id = id, .time = {1'000'000}, .by = "anna", .what = respond::NoteAdded{"m-1", "Ünïcode " + id}}};
}

}  // namespace

TEST_CASE("events are read in their order, and one that is there already is neither written nor new") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    RespondStore store(database);
    CHECK(store.append({}).value().empty());
    CHECK((store.append(std::vector{note_of(1, "a"), note_of(2, "b")}).value() ==
           std::vector<bool>{true, true}));
    CHECK((store.append(std::vector{note_of(3, "b"), note_of(4, "c")}).value() ==
           std::vector<bool>{false, true}));
    std::vector<std::string> ids;
    const Result<std::uint64_t> last = store.visit([&](const RespondEntry& entry) -> Result<void> {
        ids.push_back(entry.event.id);
        CHECK(std::get<respond::NoteAdded>(entry.event.what).text == "Ünïcode " + entry.event.id);
        return {};
    });
    CHECK(last.value() == 4);
    CHECK((ids == std::vector<std::string>{"a", "b", "c"}));
    const std::vector<RespondEntry> many(limits::respond_batch + 1, note_of(9, "x"));
    CHECK(store.append(many).error().code == ErrorCode::limit);
}

TEST_CASE("evidence is needed as long as a report of its time is kept") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    RespondStore store(database);
    respond::ReportTaken taken;
    taken.report = "r-1";
    taken.evidence = std::string(64, 'a');
    REQUIRE(store.append(std::vector{RespondEntry{1, {"t", TimePoint{5'000}, "intake", taken}}}).has_value());
    CHECK(store.needs_content(taken.evidence, TimePoint{5'000}).value());
    CHECK_FALSE(store.needs_content(taken.evidence, TimePoint{5'001}).value());
    CHECK_FALSE(store.needs_content(std::string(64, 'b'), TimePoint{0}).value());
}
