// The fingerprint of a PDF's structure: the kinds of its objects in the order of the file. Documents of one generator and
// template share it whatever they say.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "rules/exploded.hpp"

namespace tocsin::rules {

/// For each object that is not packed into another: Type and Subtype ("Font/Type1"), Type alone, the first key of a dictionary
/// that has neither, or "None", each followed by '|'; MD5 over all. As the open tool "pdf_object_hashing" (Proofpoint) makes
/// it, oddities included: an object counts as "None" unless white space stands behind "obj" and before "endobj", and signatures
/// written "/Type/Sig" are left out. `offsets`: where the objects stand, ascending.
[[nodiscard]] PdfObjectHash read_pdf_hash(ByteView pdf, std::span<const std::uint64_t> offsets);

/// Where "12 0 obj" stands, for documents whose table cannot be read; at most limits::pdf_hashed_objects.
[[nodiscard]] std::vector<std::uint64_t> find_pdf_objects(ByteView pdf);

}  // namespace tocsin::rules
