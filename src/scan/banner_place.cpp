#include "scan/banner_place.hpp"

namespace tocsin::scan {

std::string_view to_string(BannerHindrance hindrance) {
    switch (hindrance) {
        case BannerHindrance::none: return "none";
        case BannerHindrance::is_signed: return "signed";
        case BannerHindrance::is_encrypted: return "encrypted";
        case BannerHindrance::ambiguous: return "ambiguous";
        case BannerHindrance::no_text: return "no_text";
        case BannerHindrance::encoding: return "encoding";
        case BannerHindrance::charset: return "charset";
        case BannerHindrance::other_view: return "other_view";
        case BannerHindrance::too_many_places: return "too_many_places";
        case BannerHindrance::cut_off: return "cut_off";
        case BannerHindrance::not_asked:
        case BannerHindrance::count_: break;
    }
    return "not_asked";
}

std::string_view explain(BannerHindrance hindrance) {
    switch (hindrance) {
        case BannerHindrance::none: return "nothing hinders it";
        case BannerHindrance::is_signed: return "the message is signed";
        case BannerHindrance::is_encrypted: return "the message is encrypted";
        case BannerHindrance::ambiguous: return "the message can be read in more than one way";
        case BannerHindrance::no_text: return "the message shows no text";
        case BannerHindrance::encoding: return "its base64 is not in a form that all programs read alike";
        case BannerHindrance::charset: return "its charset does not begin with ASCII";
        case BannerHindrance::other_view: return "some programs show another alternative";
        case BannerHindrance::too_many_places: return "it shows more texts than get a banner";
        case BannerHindrance::cut_off: return "a limit was reached while it was read";
        case BannerHindrance::not_asked:
        case BannerHindrance::count_: break;
    }
    return "nobody looked for a place";
}

}  // namespace tocsin::scan
