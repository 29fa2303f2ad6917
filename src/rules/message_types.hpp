// The Message Data Model as object types of the rule language.
#pragma once

#include "rules/type.hpp"

namespace tocsin::rules {

/// Declares all types of the message and returns that of the message itself. `tocsin read --json` shows the same fields.
const ObjectType& declare_message_types(Types& types);

/// The fields of an item of $org_vips.
void declare_vip(ObjectType& type, Types& types);

}  // namespace tocsin::rules
