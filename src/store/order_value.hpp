// What an order may look at: checked where it is stored, so that no client can put an order in force that matches nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/order_store.hpp"

namespace tocsin::store {

/// The value of an order in the form in which gates compare it: without blanks around it, in lower case where mail does not
/// tell the cases apart, `*@domain` as `@domain`. By kind:
/// - sender, recipient: an address, or `@domain` for every address of exactly that domain;
/// - domain, link_domain: a domain, which covers what is below it; a link's also an IPv4 address, and in ASCII (xn--…),
///   the form in which readers give links;
/// - client_ip: an IPv4 or IPv6 address or a block of them (192.0.2.0/24);
/// - content_sha256: 64 hexadecimal digits;
/// - subject: a part of the subject line, limits::order_subject_bytes_min or more;
/// - url: host and beginning of the path, `link_key()` of the value; the host in ASCII;
/// - similar: the 16 hexadecimal digits of a record's text fingerprint.
/// Errors: invalid_input, in words that say what is expected.
[[nodiscard]] Result<std::string> order_value(SubjectKind kind, std::string_view value);
/// Errors: invalid_input (to pace what one recipient gets: one message has one answer, RFC 5321 section 4.2.5).
[[nodiscard]] Result<void> check_order_action(OrderAction action, SubjectKind kind);

/// A link as orders compare it: without scheme, user and fragment, the host in lower case. `https://a@Evil.example/x#y` is
/// `evil.example/x`.
[[nodiscard]] std::string link_key(std::string_view url);

/// inbound, outbound, or empty for both; the gates have no other direction. Errors: invalid_input.
[[nodiscard]] Result<void> check_order_direction(std::string_view direction);

/// What the order does, for people: `block inbound messages whose subject contains "x", upper and lower case alike`.
[[nodiscard]] std::string order_meaning(const Order& order);

}  // namespace tocsin::store
