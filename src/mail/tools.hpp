// What reading mail needs and is worth keeping from one message to the next.
#pragma once

#include "mail/charset.hpp"
#include "mail/domain_names.hpp"
#include "mail/html_tree.hpp"

namespace tocsin::mail {

/// One per thread; each member opens its library the first time that a message needs it.
struct MailTools {
    CharsetConverters converters;
    DomainNames domain_names;
    HtmlTrees html_trees;
};

}  // namespace tocsin::mail
