// Archives for tests, written by libarchive.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <string>

namespace tocsin::test {

/// An archive with one member, written by libarchive.
inline std::string archive_of(int format, int filter, const std::string& name, const std::string& content,
                              const char* options = nullptr, const char* password = nullptr) {
    std::string out(content.size() + (2U << 20), '\0');
    std::size_t used = 0;
    archive* writer = archive_write_new();
    archive_write_set_format(writer, format);
    archive_write_add_filter(writer, filter);
    archive_write_set_bytes_in_last_block(writer, 1);
    if (options != nullptr) REQUIRE(archive_write_set_options(writer, options) == ARCHIVE_OK);
    if (password != nullptr) archive_write_set_passphrase(writer, password);
    REQUIRE(archive_write_open_memory(writer, out.data(), out.size(), &used) == ARCHIVE_OK);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
    archive_write_close(writer);
    archive_write_free(writer);
    out.resize(used);
    return out;
}

}  // namespace tocsin::test
