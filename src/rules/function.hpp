// The functions of the language: what they take, what they give, and what they need.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/result.hpp"
#include "rules/missing.hpp"
#include "rules/pattern_book.hpp"
#include "rules/type.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

class Evaluation;

/// What a function is called with. Named arguments that were left out are null.
struct Arguments {
    std::span<const Value> values;
    const void* prepared = nullptr;  ///< what Function::prepare made

    const Value& operator[](std::size_t at) const { return values[at]; }
    [[nodiscard]] Missing missing() const {
        Missing all = 0;
        for (const Value& value : values) all |= value.missing;
        return all;
    }
};

/// May be called for every item of every message: must be total and charge its work to the evaluation. The caller adds what was
/// missing in the arguments to the result.
using FunctionBody = Value (*)(Evaluation& evaluation, const Arguments& arguments);

struct Parameter {
    std::string name;                   ///< for named arguments; empty: positional only
    std::vector<const Type*> accepted;  ///< empty: anything
    bool optional = false;
    const char* field = nullptr;  ///< set: of an object with a field of this name, that field is passed
};

enum class NullArgument : std::uint8_t {
    spreads,  ///< a null first argument gives null
    given,    ///< the body sees it
};

struct Function {
    std::string name;
    std::vector<Parameter> parameters;
    bool variadic = false;  ///< the last parameter may come again and again
    const Type* result = nullptr;
    /// Set: the result's type follows from that of the first argument; nullptr from it: it does not fit.
    const Type* (*result_of)(Types& types, const Type* first) = nullptr;
    FunctionBody body = nullptr;  ///< nullptr: cannot be told here, see `missing`
    /// What it needs that may not be at hand; a function with a body then says so itself.
    std::optional<Capability> missing{};
    NullArgument null_argument = NullArgument::spreads;
    float cost = 30;                 ///< about how many steps a call takes
    bool worth_remembering = false;  ///< dear, and asked again about the same thing inside loops
    /// Set: arguments behind the first are patterns of this kind; constant ones go into the pattern book.
    std::optional<MatchMode> match{};
    Case letters = Case::exact;
    /// Makes something out of constant arguments once, when a rule is loaded (nullopt: not constant). Errors: invalid_input.
    std::function<Result<std::shared_ptr<const void>>(std::span<const std::optional<Value>> constants)>
        prepare{};
    /// Set: the constant arguments are regular expressions; where none of them can have a hit, the call is worth `without_hit`.
    std::optional<Case> expressions{};
    Value without_hit{};
    /// So many arguments reach the body; those behind are constants, and `prepare` has made something of them.
    std::size_t arguments_passed = SIZE_MAX;
};

/// All functions by their dotted names.
class Functions {
public:
    void add(Function function) {
        ASSERT(function.body != nullptr || function.missing || function.match,
               "a function answers, or says what is missing");
        functions_[function.name] = std::move(function);
    }
    [[nodiscard]] const Function* find(std::string_view name) const {
        const auto at = functions_.find(name);
        return at == functions_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const std::map<std::string, Function, std::less<>>& all() const { return functions_; }

private:
    std::map<std::string, Function, std::less<>> functions_;
};

}  // namespace tocsin::rules
