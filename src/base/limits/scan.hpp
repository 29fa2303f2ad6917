// Limits of the engines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Levels of containers inside containers that are opened.
inline constexpr std::size_t container_depth = 16;
/// Members opened over all containers of one message.
inline constexpr std::size_t container_members = 2'000;
/// Files that ClamAV unpacks from one part; it counts streams and normalised copies too, so more than container_members.
inline constexpr std::size_t clamav_files = 10'000;
/// Bytes that ClamAV unpacks from one part in any case; from large parts up to container_bytes.
inline constexpr std::size_t clamav_unpacked_bytes_floor = 96U << 20;
/// Unpacked bytes over all containers of one message.
inline constexpr std::size_t container_bytes = 256U << 20;
/// Unpacked bytes divided by packed bytes, for one member larger than `container_ratio_floor_bytes`.
inline constexpr std::size_t container_ratio = 200;
inline constexpr std::size_t container_ratio_floor_bytes = 16U << 20;
/// Descriptors read at the start of a disk image, and trees of folders that they lead to. Real images have two or three.
inline constexpr std::size_t iso_descriptors = 32;
inline constexpr std::size_t iso_trees = 8;
/// Folder records and further areas of names read in one disk image, over all its trees: far more than members are opened.
inline constexpr std::size_t iso_records = 65'536;
/// Areas that continue one record's names (Rock Ridge CE), each of at most `iso_area_bytes`; mkisofs needs two. They can be
/// chained in a circle.
inline constexpr std::size_t iso_areas_of_record = 32;
inline constexpr std::size_t iso_area_bytes = 2048;
/// Folders inside folders of a disk image (ISO 9660 allows 8, Joliet any number), bytes of a path in it, names of one file.
inline constexpr std::size_t iso_folder_depth = 64;
inline constexpr std::size_t iso_path_bytes = 1024;
inline constexpr std::size_t iso_names = 16;
/// Time for the engines on one message; the reader stops by itself before the daemon's deadline kills it.
inline constexpr std::uint32_t engine_time_ms = 20'000;
/// Addresses of From beside the first that are kept: real mail has one or two.
inline constexpr std::size_t further_from = 64;
/// Recipients of one bounce or complaint that are reported: providers split mail to more, and one outcome is enough to notice.
inline constexpr std::size_t reported_outcomes = 64;
/// Bytes of one report for programs, and of the header of a returned message, that are read: 64 recipients with long reasons
/// take 64 KiB.
inline constexpr std::size_t outcome_report_bytes = 256U << 10;
/// Bytes of a bounce for people that are read; its recipients stand at its beginning.
inline constexpr std::size_t outcome_text_bytes = 64U << 10;
/// An address (RFC 5321 section 4.5.3.1: 64 + 1 + 255) and an identifier of a message. A longer one is left out: cut, it would
/// be somebody else's.
inline constexpr std::size_t outcome_address_bytes = 320, outcome_id_bytes = 512;
/// The reason that a bounce gives; a longer one is cut.
inline constexpr std::size_t outcome_detail_bytes = 256;
/// An enhanced status code: "5.999.999" is the longest (RFC 3463 section 2).
inline constexpr std::size_t outcome_status_bytes = 9;
/// Findings reported for one message.
inline constexpr std::size_t findings = 256;
/// Images that are searched for QR codes in one message, and the pixels of one.
inline constexpr std::size_t qr_images = 20;
/// 8160 x 6144, what cameras in telephones make, is still read.
inline constexpr std::size_t qr_pixels = 51'000'000;
/// Pages (TIFF) or boxes (JPEG 2000, HEIF) in which the size of a picture is looked up that is not decoded.
inline constexpr std::size_t picture_pages = 1024;
/// Pages of one PDF that are drawn to look for QR codes.
inline constexpr std::size_t pdf_pages_drawn = 3;

}  // namespace tocsin::limits
