#include "reader/control.hpp"

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "reader/report_codec.hpp"

namespace tocsin::reader {

namespace {

constexpr std::uint8_t fork_tag = 32;
enum class WordTag : std::uint8_t { ready = 33, failed = 34, forked = 35, fork_failed = 36, exited = 37 };

constexpr std::size_t word_bytes = 1024;
static_assert(3 * (word_bytes + 4) + 1 <= limits::control_bytes);

/// The greatest signal or exit code.
constexpr std::int32_t exit_value_max = 255;

struct WordWriter {
    ByteWriter out;

    void tag(WordTag value) { out.u8(static_cast<std::uint8_t>(value)); }
    void operator()(const TemplateReady& word) {
        tag(WordTag::ready);
        write_text(out, word.engine_version, word_bytes);
        write_text(out, word.description, word_bytes);
        write_text(out, word.enforced, word_bytes);
    }
    void operator()(const TemplateFailed& word) {
        tag(WordTag::failed);
        write_text(out, word.error, word_bytes);
    }
    void operator()(const ChildForked& word) {
        tag(WordTag::forked);
        out.u64(word.child_id);
        out.u32(static_cast<std::uint32_t>(word.pid));
    }
    void operator()(const ForkFailed& word) {
        tag(WordTag::fork_failed);
        out.u64(word.child_id);
        write_text(out, word.error, word_bytes);
    }
    void operator()(const ChildExited& word) {
        tag(WordTag::exited);
        out.u64(word.child_id);
        out.boolean(word.signalled);
        out.u32(static_cast<std::uint32_t>(word.value));
    }
};

ChildForked read_forked(ByteReader& in) {
    ChildForked word;
    word.child_id = in.u64();
    std::uint32_t pid = in.u32();
    // 0, 1 and negative numbers mean other things than one child to whoever sends signals.
    if (pid < 2 || pid > INT32_MAX) in.set_failed();
    word.pid = static_cast<std::int32_t>(pid);
    return word;
}

ChildExited read_exited(ByteReader& in) {
    ChildExited word;
    word.child_id = in.u64();
    word.signalled = in.boolean();
    std::uint32_t value = in.u32();
    if (value > exit_value_max) in.set_failed();
    word.value = static_cast<std::int32_t>(value);
    return word;
}

std::optional<TemplateWord> read_word(ByteReader& in) {
    switch (static_cast<WordTag>(in.u8())) {
        case WordTag::ready: {
            TemplateReady word;
            word.engine_version = read_text(in, word_bytes);
            word.description = read_text(in, word_bytes);
            word.enforced = read_text(in, word_bytes);
            return word;
        }
        case WordTag::failed: return TemplateFailed{read_text(in, word_bytes)};
        case WordTag::forked: return read_forked(in);
        case WordTag::fork_failed: {
            std::uint64_t child_id = in.u64();
            return ForkFailed{child_id, read_text(in, word_bytes)};
        }
        case WordTag::exited: return read_exited(in);
    }
    return std::nullopt;
}

}  // namespace

std::string encode(const ForkCommand& command) {
    ByteWriter out;
    out.u8(fork_tag);
    out.u64(command.child_id);
    write_hash(out, command.hash_key.bytes);
    return out.take();
}

std::string encode(const TemplateWord& word) {
    WordWriter writer;
    std::visit(writer, word);
    return writer.out.take();
}

std::optional<ForkCommand> decode_fork_command(std::string_view datagram) {
    ByteReader in(datagram);
    if (in.u8() != fork_tag) return std::nullopt;
    ForkCommand command;
    command.child_id = in.u64();
    command.hash_key.bytes = read_hash(in);
    if (in.failed() || !in.at_end()) return std::nullopt;
    return command;
}

std::optional<TemplateWord> decode_template_word(std::string_view datagram) {
    ByteReader in(datagram);
    std::optional<TemplateWord> word = read_word(in);
    if (in.failed() || !in.at_end()) return std::nullopt;
    return word;
}

}  // namespace tocsin::reader
