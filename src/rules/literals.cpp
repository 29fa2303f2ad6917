#include "rules/literals.hpp"

#include <limits>

#include <hs/hs.h>

#include "base/assert.hpp"

namespace tocsin::rules {

namespace {

int keep_number(unsigned int number, unsigned long long, unsigned long long, unsigned int, void* found) {
    static_cast<std::vector<std::uint32_t>*>(found)->push_back(number);
    return 0;
}

}  // namespace

struct Literals::Database {
    hs_database_t* database = nullptr;
    hs_scratch_t* scratch = nullptr;

    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        hs_free_scratch(scratch);
        hs_free_database(database);
    }
};

Literals::Literals(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Literals::Literals(Literals&&) noexcept = default;
Literals& Literals::operator=(Literals&&) noexcept = default;
Literals::~Literals() = default;

Result<Literals> Literals::compile(std::span<const std::string> texts,
                                   std::span<const std::uint32_t> numbers) {
    auto made = std::make_unique<Database>();
    if (numbers.empty()) return Literals(std::move(made));
    std::vector<const char*> expressions;
    std::vector<std::size_t> lengths;
    const std::vector<unsigned int> flags(numbers.size(), HS_FLAG_SINGLEMATCH);
    for (const std::uint32_t number : numbers) {
        expressions.push_back(texts[number].data());
        lengths.push_back(texts[number].size());
    }
    hs_compile_error_t* error = nullptr;
    if (hs_compile_lit_multi(expressions.data(), flags.data(), numbers.data(), lengths.data(),
                             static_cast<unsigned int>(numbers.size()), HS_MODE_BLOCK, nullptr,
                             &made->database, &error) != HS_SUCCESS) {
        std::string why = error != nullptr && error->message != nullptr ? error->message : "no reason given";
        hs_free_compile_error(error);
        return fail(ErrorCode::unavailable, "prepare the search for the texts of the rules: " + why);
    }
    if (hs_alloc_scratch(made->database, &made->scratch) != HS_SUCCESS)
        return fail(ErrorCode::limit, "prepare the search for the texts of the rules: out of memory");
    return Literals(std::move(made));
}

std::vector<std::uint32_t> Literals::search(std::string_view text) const {
    std::vector<std::uint32_t> found;
    if (database_->database == nullptr || text.empty()) return found;
    ASSERT(text.size() <= std::numeric_limits<unsigned int>::max(),
           "texts of messages are smaller than 4 GiB");
    const hs_error_t status =
        hs_scan(database_->database, text.data(), static_cast<unsigned int>(text.size()), 0,
                database_->scratch, keep_number, &found);
    // A search that did not run would look like a text in which nothing stands.
    ASSERT(status == HS_SUCCESS,
           "the database was made here, and its scratch is used by one search at a time");
    return found;
}

}  // namespace tocsin::rules
