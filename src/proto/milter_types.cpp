#include "proto/milter_types.hpp"

namespace tocsin::proto {

std::string_view to_string(MilterFamily family) {
    switch (family) {
        case MilterFamily::unknown: return "unknown";
        case MilterFamily::unix_socket: return "unix";
        case MilterFamily::ipv4: return "ipv4";
        case MilterFamily::ipv6: return "ipv6";
    }
    return "unknown";
}

std::string_view to_string(MilterViolation violation) {
    switch (violation) {
        case MilterViolation::none: return "none";
        case MilterViolation::empty_frame: return "empty_frame";
        case MilterViolation::frame_too_long: return "frame_too_long";
        case MilterViolation::unknown_command: return "unknown_command";
        case MilterViolation::out_of_order: return "out_of_order";
        case MilterViolation::missing_nul: return "missing_nul";
        case MilterViolation::malformed: return "malformed";
        case MilterViolation::version_too_old: return "version_too_old";
        case MilterViolation::too_many_macros: return "too_many_macros";
        case MilterViolation::too_many_arguments: return "too_many_arguments";
        case MilterViolation::too_many_recipients: return "too_many_recipients";
    }
    return "none";
}

// The MTA hands a folded field on with LF alone at the folds.
std::string milter_header_line(std::string_view name, std::string_view value) {
    std::string line;
    line.reserve(name.size() + value.size() + 3);
    line.append(name).push_back(':');
    char last = '\0';
    for (const char c : value) {
        if (c == '\n' && last != '\r') line.push_back('\r');
        line.push_back(c);
        last = c;
    }
    return line.append("\r\n");
}

}  // namespace tocsin::proto
