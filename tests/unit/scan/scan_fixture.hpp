// What the scan room's tests share: one set of engines for the whole program, small containers made by hand, harmless payloads.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "scan/engines.hpp"
#include "scan/scan_message.hpp"

namespace tocsin::scan::test {

/// The EICAR test string, put together here so that no scanner takes this file for it.
inline std::string eicar() {
    return std::string("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-") + "ANTIVIRUS-TEST-FILE!$H+H*";
}

inline const Engines& engines() {
    static const std::unique_ptr<Engines> loaded = [] {
        NullLog log;
        return std::move(Engines::load({}, log).value());
    }();
    return *loaded;
}

inline ScanReport scan_text(std::string_view bytes, std::string_view name = "file.bin") {
    return scan_file(engines(), as_bytes(bytes), name, {});
}

inline bool has_flag(const ScanReport& report, PartFlag flag) {
    return std::ranges::any_of(report.parts, [flag](const PartSummary& part) {
        return std::ranges::find(part.flags, flag) != part.flags.end();
    });
}
inline bool has_limit(const ScanReport& report, ScanLimit limit) {
    return std::ranges::any_of(report.limits_hit,
                               [limit](const LimitHit& hit) { return hit.limit == limit; });
}
inline bool has_rule(const ScanReport& report, std::string_view rule) {
    return std::ranges::any_of(report.findings,
                               [rule](const Finding& finding) { return finding.rule == rule; });
}
inline bool has_url(const ScanReport& report, std::string_view url, std::string_view source) {
    return std::ranges::any_of(
        report.urls, [&](const FoundUrl& found) { return found.url == url && found.source == source; });
}

inline std::string le(std::uint64_t value, std::size_t width) {
    std::string out;
    for (std::size_t i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
    return out;
}

inline std::string deflate_raw(std::string_view data) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

inline std::uint32_t crc_of(std::string_view data) {
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(data.data()), static_cast<uInt>(data.size())));
}

/// One member of a zip, with every field that a test may want to falsify.
struct ZipPart {
    std::string name;
    std::string content;
    bool deflated = true;
    std::uint16_t flags = 0;
    std::string central_name = {};               ///< empty: the same
    int local_method = -1, central_method = -1;  ///< -1: the true one
    bool in_directory = true;
};

/// A zip archive (APPNOTE 4.3) with local headers, data, directory and end record.
inline std::string make_zip(const std::vector<ZipPart>& parts) {
    std::string out, directory;
    std::size_t listed = 0;
    for (const ZipPart& part : parts) {
        const std::string data = part.deflated ? deflate_raw(part.content) : part.content;
        const int method = part.deflated ? 8 : 0;
        const std::string sizes =
            le(crc_of(part.content), 4) + le(data.size(), 4) + le(part.content.size(), 4);
        const std::string central_name = part.central_name.empty() ? part.name : part.central_name;
        if (part.in_directory) {
            ++listed;
            directory +=
                "PK\1\2" + le(20, 2) + le(20, 2) + le(part.flags, 2) +
                le(static_cast<unsigned>(part.central_method < 0 ? method : part.central_method), 2) +
                le(0, 4) + sizes + le(central_name.size(), 2) + le(0, 2) + le(0, 2) + le(0, 2) + le(0, 2) +
                le(0, 4) + le(out.size(), 4) + central_name;
        }
        out += "PK\3\4" + le(20, 2) + le(part.flags, 2) +
               le(static_cast<unsigned>(part.local_method < 0 ? method : part.local_method), 2) + le(0, 4) +
               sizes + le(part.name.size(), 2) + le(0, 2) + part.name + data;
    }
    return out + directory + "PK\5\6" + le(0, 4) + le(listed, 2) + le(listed, 2) + le(directory.size(), 4) +
           le(out.size(), 4) + le(0, 2);
}

}  // namespace tocsin::scan::test
