// All functions of the language, by the file that has them.
#pragma once

#include "rules/function.hpp"
#include "rules/pictures_read.hpp"

namespace tocsin::rules {

/// length, sum, flatten, keys, values, strings.parse_*, beta.ip_in, hash.sha256.
void add_value_functions(Functions& functions, Types& types);
/// strings.*, and those of regex.* that say whether something is there.
void add_text_functions(Functions& functions, Types& types);
/// regex.count, regex.extract.
void add_regex_functions(Functions& functions, Types& types);
/// html.xpath and strings.parse_html.
void add_html_functions(Functions& functions, Types& types);
/// profile.by_*: asked of the daemon by Surroundings::history.
void add_history_functions(Functions& functions, Types& types);
/// file.* and their kin; beta.ocr, where the text in pictures is read.
void add_file_functions(Functions& functions, Types& types, PicturesRead pictures);
/// ml.nlu_classifier and beta.ml_topic: asked of Surroundings::text_model; `at_hand` says that there will be one.
void add_intent_functions(Functions& functions, Types& types, bool at_hand);
/// tocsin.lookalike, tocsin.impersonates: asked of Surroundings::look_alikes.
void add_lookalike_functions(Functions& functions, Types& types);
/// What this program cannot answer: link analysis, logos, screenshots and the like. Rules that call them are checked all the
/// same, and are undecided where it matters.
void add_unanswered_functions(Functions& functions, Types& types, PicturesRead pictures);

}  // namespace tocsin::rules
