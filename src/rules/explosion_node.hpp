// One file of an explosion with what is remembered about it. For explode*.cpp only.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <vector>

#include "rules/explode.hpp"

namespace tocsin::rules {

struct Explosion::Node {
    ExplodedFile file;
    Bytes owned;     ///< of a member
    ByteView bytes;  ///< the source's, or `owned`
    std::bitset<static_cast<std::size_t>(Section::count_)> computed;
    std::vector<std::string> pdf_links;
    bool pdf_links_cut = false;
    std::optional<std::vector<QrCode>> codes;
    bool codes_cut = false;
};

}  // namespace tocsin::rules
