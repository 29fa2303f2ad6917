// Limits of reading the text in pictures.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// Pictures, and pages of documents, in one message of which the text is read, and the time for all of them together. A screen
/// takes a tenth of a second, a page full of text one or two.
inline constexpr std::size_t pictures_read = 12;
inline constexpr std::uint32_t pictures_read_ms = 4'000;
/// What must be left of that, and of the message's own time, to begin another one.
inline constexpr std::uint32_t picture_begin_ms = 1'000;
/// Finding the lines is not interrupted: a picture that takes so much longer than it may, and a quarter longer at most, ends the
/// reader, and the message is read again without pictures. A quarter: the daemon waits for half as long again as it gives.
inline constexpr std::uint32_t picture_grace_ms = 1'000, picture_grace_part = 4;
/// A larger picture is halved until it has no more pixels: an A4 page at 150 dpi has 2.2 million.
inline constexpr std::size_t picture_read_pixels = 4'000'000;
/// A smaller one is doubled first: letters of screens are too low for the recogniser.
inline constexpr std::size_t picture_doubled_pixels = 1'000'000;
/// A picture with a shorter side holds no letters that anybody can read.
inline constexpr std::uint32_t picture_side_min = 8;
/// Text of one picture; of a document's pages together.
inline constexpr std::size_t picture_text_bytes = 64U << 10;
/// Texts of pictures that one reader remembers: the same logo stands in every mail of a company.
inline constexpr std::size_t picture_texts_remembered = 128;
/// A page of a document that holds so much text of its own is not drawn to be read.
inline constexpr std::size_t page_text_told = 200;

}  // namespace tocsin::limits
