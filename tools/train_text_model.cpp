// Trains the text model (src/rules/text_model.hpp) from the table that tools/train-text-model makes, and measures it honestly.
//
//   train_text_model TABLE MODEL [REPORT [SCORES]]
//
// A line of the table: source, group, 1 for hostile or 0, hand label or "-", date or "-", intents or "-", intents for which the
// text is no example or "-", subject, text; tabs between them, \t \n \\ within. The classifier is logistic regression over the
// features of src/rules/text_features.cpp, by AdaGrad (Duchi et al. 2011) with L2, seeded: the same table gives the same file.
//
// Measured: five folds by group (texts that are alike stay together), and each source of good mail left out whole.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "text_training.hpp"

namespace {

using namespace tocsin::rules;
using namespace tocsin::training;

// ---- measuring --------------------------------------------------------------------------------------------------------------

struct Measured {
    std::vector<float> hostility;  ///< score of each example by a model that did not see its group
    std::array<std::vector<float>, intent_names.size()> intents;
};

int fold_of(const Example& example) {
    return static_cast<int>(example.group * 2654435761U >> 16U) % folds;
}

Measured cross_validate(const std::vector<Example>& examples) {
    Measured out;
    out.hostility.resize(examples.size());
    for (auto& scores : out.intents) scores.resize(examples.size());
    for (int fold = 0; fold < folds; ++fold) {
        const Choice others = [fold](const Example& example) { return fold_of(example) != fold; };
        const Linear hostility = train_hostility(examples, others);
        std::vector<Linear> intents;
        for (std::size_t i = 0; i < intent_names.size(); ++i)
            intents.push_back(train_intent(examples, i, others));
        for (std::size_t i = 0; i < examples.size(); ++i) {
            if (fold_of(examples[i]) != fold) continue;
            out.hostility[i] = hostility.score(examples[i]);
            for (std::size_t k = 0; k < intents.size(); ++k)
                out.intents[k][i] = intents[k].score(examples[i]);
        }
        std::fprintf(stderr, "fold %d of %d done\n", fold + 1, folds);
    }
    return out;
}

/// The mail of the measure: what people and companies wrote, not robots and not what was made for training.
bool in_good_pool(const Example& example) {
    static const std::set<std::string_view> pool = {
        "enron-skilling", "spamassassin-corpus", "spamassassin-corpus-hard", "templates",
        "kitinerary",     "fx-private-relay",    "phishing_pot-legit"};
    return !example.hostile && pool.contains(example.source);
}
bool is_list_mail(const Example& example) {
    static const std::set<std::string_view> lists = {"usrp-users", "kasan-dev",   "nvdimm",     "f2fs-devel",
                                                     "linux-mips", "tip-commits", "cip-testing"};
    return lists.contains(example.source);
}

/// The score above which a share `rate` of the chosen examples lies. What has too little text lies below everything.
float score_at(const std::vector<Example>& examples, const std::vector<float>& scores, const Choice& use,
               double rate) {
    std::vector<float> values;
    std::size_t all = 0;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        if (!use(examples[i])) continue;
        ++all;
        if (examples[i].content_words >= content_words_min) values.push_back(scores[i]);
    }
    std::ranges::sort(values, std::greater{});
    const auto allowed = static_cast<std::size_t>(rate * static_cast<double>(all));
    return allowed < values.size() ? std::nextafter(values[allowed], 1e9F) : -100.0F;
}

struct Share {
    std::size_t found = 0, all = 0;
    [[nodiscard]] double percent() const {
        return all == 0 ? 0.0 : 100.0 * static_cast<double>(found) / static_cast<double>(all);
    }
};
Share share_above(const std::vector<Example>& examples, const std::vector<float>& scores, float from,
                  const Choice& use) {
    Share out;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        if (!use(examples[i])) continue;
        ++out.all;
        if (examples[i].content_words >= content_words_min && scores[i] >= from) ++out.found;
    }
    return out;
}

struct Named {
    std::string name;
    Choice use;
};
std::vector<Named> hostile_classes() {
    std::vector<Named> out;
    for (const char* hand : {"phish", "fake-reward", "advance-fee-or-payout", "bulk-spam"})
        out.push_back({std::string("hand: ") + hand, [hand](const Example& e) { return e.hand == hand; }});
    out.push_back(
        {"hand: attacks", [](const Example& e) { return !e.hand.empty() && e.hand != "bulk-spam"; }});
    out.push_back({"phishing_pot", [](const Example& e) { return e.source == "phishing_pot"; }});
    out.push_back({"phishing_pot with 5 words and more", [](const Example& e) {
                       return e.source == "phishing_pot" && e.content_words >= content_words_min;
                   }});
    for (const char* language :
         {"english", "german", "spanish", "portuguese", "french", "italian", "dutch", "unknown"})
        out.push_back({std::string("phishing_pot, ") + language, [language](const Example& e) {
                           return e.source == "phishing_pot" && e.language == language;
                       }});
    for (const char* source : {"lists01-list-spam-spam", "spamassassin-corpus-spam", "made-attack"})
        out.push_back({source, [source](const Example& e) { return e.source == source; }});
    return out;
}

/// Platt's calibration: the slope and offset under which the held-back scores are most likely, by gradient descent.
std::pair<float, float> calibrate(const std::vector<Example>& examples, const std::vector<float>& scores) {
    double hostile = 0, good = 0;
    for (const Example& e : examples)
        if (e.content_words >= content_words_min)
            (e.hostile ? hostile : good) += static_cast<double>(e.weight);
    double slope = 1, offset = 0;
    constexpr int rounds = 400;
    for (int round = 0; round < rounds; ++round) {
        double slope_gradient = 0, offset_gradient = 0;
        for (std::size_t i = 0; i < examples.size(); ++i) {
            const Example& e = examples[i];
            if (e.content_words < content_words_min) continue;
            const double score = static_cast<double>(scores[i]);
            const double weight = static_cast<double>(e.weight) / (e.hostile ? hostile : good);
            const double error =
                (1 / (1 + std::exp(-(slope * score + offset))) - (e.hostile ? 1 : 0)) * weight;
            slope_gradient += error * score;
            offset_gradient += error;
        }
        slope -= 0.2 * slope_gradient;
        offset -= 0.5 * offset_gradient;
    }
    return {static_cast<float>(slope), static_cast<float>(offset)};
}

constexpr std::array rates = {0.001, 0.002, 0.005, 0.01, 0.02};

void print_curve(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    std::fprintf(
        out, "| texts | 0.1 %% | 0.2 %% | 0.5 %% | 1 %% | 2 %% | texts |\n|---|---|---|---|---|---|---|\n");
    std::vector<float> steps;
    for (const double rate : rates)
        steps.push_back(score_at(examples, measured.hostility, in_good_pool, rate));
    const auto [slope, offset] = calibrate(examples, measured.hostility);
    std::fprintf(out, "| hostility from |");
    for (const float step : steps)
        std::fprintf(out, " %.3f |", 1 / (1 + std::exp(-static_cast<double>(slope * step + offset))));
    std::fprintf(out, " |\n");
    const auto row = [&](const Named& named) {
        std::fprintf(out, "| %s |", named.name.c_str());
        std::size_t all = 0;
        for (const float step : steps) {
            const Share share = share_above(examples, measured.hostility, step, named.use);
            std::fprintf(out, " %.1f |", share.percent());
            all = share.all;
        }
        std::fprintf(out, " %zu |\n", all);
    };
    for (const Named& named : hostile_classes()) row(named);
    std::set<std::string> good;
    for (const Example& example : examples)
        if (!example.hostile) good.insert(example.source);
    for (const std::string& source : good)
        row({"false: " + source, [&source](const Example& e) { return e.source == source && !e.hostile; }});
    for (const char* language : {"german", "french", "spanish", "portuguese", "italian", "dutch"})
        row({std::string("false: made, ") + language,
             [language](const Example& e) { return e.source == "made-benign" && e.language == language; }});
}

void print_left_out(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    const std::vector<Named> left_out = {
        {"enron-skilling", [](const Example& e) { return e.source == "enron-skilling"; }},
        {"spamassassin-corpus-hard", [](const Example& e) { return e.source == "spamassassin-corpus-hard"; }},
        {"phishing_pot-legit", [](const Example& e) { return e.source == "phishing_pot-legit"; }},
        {"templates", [](const Example& e) { return e.source == "templates"; }},
        {"kitinerary", [](const Example& e) { return e.source == "kitinerary"; }},
        {"modern list mail", is_list_mail},
        {"bounces", [](const Example& e) { return e.source == "bounces"; }},
        {"made-benign", [](const Example& e) { return e.source == "made-benign"; }},
        {"spam of 2002 (found)", [](const Example& e) { return e.source == "spamassassin-corpus-spam"; }},
        {"list spam (found)", [](const Example& e) { return e.source == "lists01-list-spam-spam"; }},
        {"all newsletters", [](const Example& e) {
             return e.source == "templates" || e.source == "kitinerary" || e.source == "phishing_pot-legit" ||
                    e.source == "fx-private-relay";
         }}};
    std::fprintf(out, "| source left out | 0.1 %% | 0.2 %% | 0.5 %% | 1 %% | 2 %% | texts "
                      "|\n|---|---|---|---|---|---|---|\n");
    for (const Named& named : left_out) {
        const Linear model = train_hostility(examples, [&](const Example& e) { return !named.use(e); });
        std::vector<float> scores;
        for (const Example& example : examples)
            scores.push_back(named.use(example) ? model.score(example) : 0.0F);
        std::fprintf(out, "| %s |", named.name.c_str());
        std::size_t all = 0;
        for (const double rate : rates) {
            const Share share = share_above(
                examples, scores, score_at(examples, measured.hostility, in_good_pool, rate), named.use);
            std::fprintf(out, " %zu (%.1f %%) |", share.found, share.percent());
            all = share.all;
        }
        std::fprintf(out, " %zu |\n", all);
    }
}

/// What the newest mail will be like: trained on what is older than `from`, measured on the rest.
void print_newest(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    constexpr std::string_view from = "2025-09";
    const Choice newer = [&](const Example& e) { return e.source == "phishing_pot" && e.date >= from; };
    const Linear model = train_hostility(
        examples, [&](const Example& e) { return !newer(e) && !(in_good_pool(e) && fold_of(e) == 0); });
    std::vector<float> scores;
    for (const Example& example : examples) scores.push_back(model.score(example));
    const Choice good = [](const Example& e) { return in_good_pool(e) && fold_of(e) == 0; };
    std::fprintf(out,
                 "| from %s on, trained without | 0.1 %% | 0.2 %% | 0.5 %% | 1 %% | 2 %% | texts "
                 "|\n|---|---|---|---|---|---|---|\n",
                 std::string(from).c_str());
    for (const auto& [name, from_scores] : {std::pair{"step from five folds", &measured.hostility},
                                            {"step from good mail held back", &scores}}) {
        std::fprintf(out, "| %s |", name);
        Share share;
        for (const double rate : rates) {
            share = share_above(
                examples, scores,
                score_at(examples, *from_scores, from_scores == &scores ? good : Choice(in_good_pool), rate),
                newer);
            std::fprintf(out, " %.1f |", share.percent());
        }
        std::fprintf(out, " %zu |\n", share.all);
    }
}

void print_worst(std::FILE* out, const std::vector<Example>& examples, const Measured& measured,
                 const Choice& use, bool highest) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < examples.size(); ++i)
        if (use(examples[i]) && examples[i].content_words >= content_words_min) order.push_back(i);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return (measured.hostility[a] > measured.hostility[b]) == highest && a != b &&
               measured.hostility[a] != measured.hostility[b];
    });
    constexpr std::size_t shown = 40;
    for (std::size_t i = 0; i < std::min(shown, order.size()); ++i) {
        const Example& e = examples[order[i]];
        std::string excerpt = e.excerpt;
        std::ranges::replace(excerpt, '\n', ' ');
        std::fprintf(out, "%6.2f %-22s %-10s %3u | %s | %s\n",
                     static_cast<double>(measured.hostility[order[i]]), e.source.c_str(), e.language.c_str(),
                     e.content_words, e.subject.c_str(), excerpt.c_str());
    }
}

// ---- from measured scores to steps ----------------------------------------------------------------------------------------

bool is_good(const Example& example) {
    return !example.hostile;
}

/// How many good texts may be called an attack of one kind with this confidence: one in 500, one in 150, one in 50.
constexpr double good_called_high = 0.002, good_called_medium = 0.0066, good_called_low = 0.02;
/// However seldom good text reaches a step, the words must have spoken for the intent by this much (log-odds): what says
/// nothing is nothing.
constexpr float silence_and_low = 0.5F, silence_and_medium = 1, silence_and_high = 1.5F;
/// How many hostile texts may be called benign with this confidence.
/// And never what is rather hostile than not.
constexpr float benign_at_most = 0.5F;
constexpr double hostile_called_high = 0.01, hostile_called_medium = 0.033, hostile_called_low = 0.10;

ConfidenceSteps intent_steps(const std::vector<Example>& examples, const std::vector<float>& scores) {
    const Choice counted = [](const Example& e) {
        return is_good(e) && (in_good_pool(e) || e.source == "usrp-users" || e.source == "made-benign");
    };
    const auto step = [&](double rate, float above_silence) {
        return std::max(intent_silence() + above_silence, score_at(examples, scores, counted, rate));
    };
    return {.low = step(good_called_low, silence_and_low),
            .medium = step(good_called_medium, silence_and_medium),
            .high = step(good_called_high, silence_and_high)};
}

ConfidenceSteps benign_steps(const std::vector<Example>& examples, const TextWeights& weights,
                             const std::vector<float>& scores) {
    std::vector<float> negated;
    for (const float score : scores) negated.push_back(-score);
    const Choice hostile = [](const Example& e) { return e.source == "phishing_pot"; };
    const auto step = [&](double rate) {
        return std::min(benign_at_most,
                        static_cast<float>(calibrated(weights, -score_at(examples, negated, hostile, rate))));
    };
    return {.low = step(hostile_called_low),
            .medium = step(hostile_called_medium),
            .high = step(hostile_called_high)};
}

// ---- the file ---------------------------------------------------------------------------------------------------------------

float quantise(const std::vector<float>& weights, std::int8_t* out, std::size_t stride) {
    std::vector<float> sizes;
    for (const float weight : weights)
        if (weight != 0) sizes.push_back(std::abs(weight));
    // The largest few in ten thousand are cut, so that the steps of the others are finer.
    constexpr double kept = 0.9998;
    std::ranges::sort(sizes);
    const float largest =
        sizes.empty() ? 1.0F : sizes[static_cast<std::size_t>(kept * static_cast<double>(sizes.size() - 1))];
    const float scale = largest / 127;
    for (std::size_t i = 0; i < weights.size(); ++i)
        out[i * stride] = static_cast<std::int8_t>(std::clamp(std::lround(weights[i] / scale), -127L, 127L));
    return scale;
}

TextWeights make_weights(const std::vector<Example>& examples, const Measured& measured) {
    const Choice all = [](const Example&) { return true; };
    TextWeights out;
    const Linear hostility = train_hostility(examples, all);
    out.hostility.resize(feature_buckets);
    out.hostility_bias = hostility.bias;
    out.hostility_scale = quantise(hostility.weights, out.hostility.data(), 1);
    std::tie(out.calibration_slope, out.calibration_offset) = calibrate(examples, measured.hostility);
    out.benign = benign_steps(examples, out, measured.hostility);
    out.intent_weights.resize(intent_buckets * intents_max);
    for (std::size_t i = 0; i < intent_names.size(); ++i) {
        const Linear model = train_intent(examples, i, all);
        IntentHead head;
        head.name = intent_names[i];
        head.bias = model.bias;
        head.scale = quantise(model.weights, out.intent_weights.data() + i, intents_max);
        head.steps = intent_steps(examples, measured.intents[i]);
        out.intents.push_back(head);
    }
    return out;
}

void print_intents(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    std::fprintf(out, "| intent | weak labels | found, low | medium | high | hand-labelled phish high | fee "
                      "high | good text high |\n|---|---|---|---|---|---|---|---|\n");
    for (std::size_t i = 0; i < intent_names.size(); ++i) {
        const std::vector<float>& scores = measured.intents[i];
        const ConfidenceSteps steps = intent_steps(examples, scores);
        const Choice labelled = [i](const Example& e) { return (e.intents >> i & 1U) != 0; };
        const auto hand = [&](const char* name) {
            return share_above(examples, scores, steps.high,
                               [name](const Example& e) { return e.hand == name; })
                .percent();
        };
        std::fprintf(out, "| %s | %zu | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f |\n",
                     std::string(intent_names[i]).c_str(), share_above(examples, scores, 0, labelled).all,
                     share_above(examples, scores, steps.low, labelled).percent(),
                     share_above(examples, scores, steps.medium, labelled).percent(),
                     share_above(examples, scores, steps.high, labelled).percent(), hand("phish"),
                     hand("advance-fee-or-payout"),
                     share_above(examples, scores, steps.high, is_good).percent());
    }
}

/// Which hand-labelled mail is told to have an intent with at least medium confidence: columns are hand labels.
void print_hand_labels(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    constexpr std::array hands = {"phish", "fake-reward", "advance-fee-or-payout", "bulk-spam"};
    std::fprintf(out, "| medium or high | phish | fake-reward | fee | bulk-spam | good text | good text of 5 "
                      "to 15 words |\n"
                      "|---|---|---|---|---|---|---|\n");
    for (std::size_t i = 0; i < intent_names.size(); ++i) {
        const std::vector<float>& scores = measured.intents[i];
        const float from = intent_steps(examples, scores).medium;
        std::fprintf(out, "| %s |", std::string(intent_names[i]).c_str());
        for (const char* hand : hands) {
            const Share share =
                share_above(examples, scores, from, [hand](const Example& e) { return e.hand == hand; });
            std::fprintf(out, " %zu of %zu |", share.found, share.all);
        }
        constexpr std::uint32_t few_words = 15;
        const Choice few = [](const Example& e) {
            return in_good_pool(e) && e.content_words >= content_words_min && e.content_words <= few_words;
        };
        std::fprintf(out, " %.2f %% | %.2f %% |\n",
                     share_above(examples, scores, from, in_good_pool).percent(),
                     share_above(examples, scores, from, few).percent());
    }
}

void report(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    print_curve(out, examples, measured);
    std::fprintf(out, "\n");
    print_intents(out, examples, measured);
    std::fprintf(out, "\n");
    print_hand_labels(out, examples, measured);
    std::fprintf(out, "\n");
    print_newest(out, examples, measured);
    std::fprintf(out, "\n");
    print_left_out(out, examples, measured);
}

/// A line for each of the table: log-odds and probability by the model that did not see its group; "-" and 0 for too little text.
void print_scores(std::FILE* out, const std::vector<Example>& examples, const Measured& measured) {
    const auto [slope, offset] = calibrate(examples, measured.hostility);
    for (std::size_t i = 0; i < examples.size(); ++i) {
        const double odds = static_cast<double>(slope * measured.hostility[i] + offset);
        if (examples[i].content_words < content_words_min)
            std::fprintf(out, "-\t0\n");
        else
            std::fprintf(out, "%.4f\t%.6f\n", odds, 1 / (1 + std::exp(-odds)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: train_text_model TABLE MODEL [REPORT [SCORES]]\n");
        return 2;
    }
    const Lexicon lexicon;
    const std::vector<Example> examples = read_table(argv[1], lexicon);
    std::fprintf(stderr, "%zu texts read\n", examples.size());
    const Measured measured = cross_validate(examples);
    std::FILE* out = argc > 3 ? std::fopen(argv[3], "w") : stdout;
    if (out == nullptr) return 1;
    if (std::FILE* const scores = argc > 4 ? std::fopen(argv[4], "w") : nullptr; scores != nullptr) {
        print_scores(scores, examples, measured);
        std::fclose(scores);
    }
    report(out, examples, measured);
    if (out != stdout) std::fclose(out);
    std::FILE* worst = std::fopen((std::string(argv[1]) + ".worst").c_str(), "w");
    if (worst != nullptr) {
        print_worst(worst, examples, measured, [](const Example& e) { return in_good_pool(e); }, true);
        std::fprintf(worst, "---- missed\n");
        print_worst(
            worst, examples, measured, [](const Example& e) { return e.source == "phishing_pot"; }, false);
        std::fclose(worst);
    }
    const std::string file = encode_weights(make_weights(examples, measured));
    std::ofstream(argv[2], std::ios::binary) << file;
    return 0;
}
