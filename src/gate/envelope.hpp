// Who sends to whom, as the protocol said it, and what the configuration makes of it.
#pragma once

#include <string>
#include <vector>

#include "mail/direction.hpp"

namespace tocsin::gate {

struct Envelope {
    std::string listener;
    mail::Direction direction = mail::Direction::inbound;
    std::string client_ip;
    std::string client_name;  ///< as the MTA or XFORWARD gave it; empty: unknown
    std::string helo;
    std::string sasl_login;  ///< the authenticated name; empty: none
    std::string queue_id;    ///< of the MTA that asks
    std::string mail_from;
    std::vector<std::string> recipients;
};

}  // namespace tocsin::gate
