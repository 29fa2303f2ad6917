// What file.explode and its neighbours give, as object types of the rule language. Needs declare_message_types() first.
#pragma once

#include "rules/pictures_read.hpp"
#include "rules/type.hpp"

namespace tocsin::rules {

void declare_file_types(Types& types, PicturesRead pictures);

}  // namespace tocsin::rules
