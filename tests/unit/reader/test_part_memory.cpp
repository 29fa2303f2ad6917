#include "reader/part_memory.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"

namespace tocsin::reader {

namespace {

Hash256 hash_of(std::uint32_t number) {
    return sha256(as_bytes(std::to_string(number)));
}

scan::RememberedPart part_named(std::string_view file_type) {
    scan::RememberedPart part;
    part.known = true;
    part.file_type = file_type;
    return part;
}

}  // namespace

TEST_CASE("a child recalls what the daemon told it, all parts of a message or none") {
    PartMemory memory;
    memory.keep(hash_of(1), part_named("pdf"));
    memory.keep(hash_of(2), part_named("zip"));
    const auto both = memory.recall({hash_of(2), hash_of(1)});
    REQUIRE(both.has_value());
    CHECK((*both)[0].file_type == "zip");
    CHECK((*both)[1].file_type == "pdf");
    CHECK_FALSE(memory.recall({hash_of(1), hash_of(3)}).has_value());
}

TEST_CASE("an answer that the part is not known is not kept: it may be known the next time") {
    PartMemory memory;
    memory.keep(hash_of(1), {});
    CHECK_FALSE(memory.recall({hash_of(1)}).has_value());
}

TEST_CASE("limits::reader_part_memory: a full memory is emptied, not grown") {
    PartMemory memory;
    for (std::uint32_t number = 0; number < limits::reader_part_memory; ++number)
        memory.keep(hash_of(number), part_named("pdf"));
    CHECK(memory.recall({hash_of(0)}).has_value());
    memory.keep(hash_of(limits::reader_part_memory), part_named("pdf"));
    CHECK_FALSE(memory.recall({hash_of(0)}).has_value());
    CHECK(memory.recall({hash_of(limits::reader_part_memory)}).has_value());
}

}  // namespace tocsin::reader
