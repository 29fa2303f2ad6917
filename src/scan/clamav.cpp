#include "scan/clamav.hpp"

#include <clamav.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

#include "base/limits.hpp"
#include "scan/embedded_signatures.hpp"
#include "scan/rule_files.hpp"
#include "scan/scratch_on_demand.hpp"

namespace tocsin::scan {

namespace {

namespace fs = std::filesystem;

struct EngineDeleter {
    void operator()(cl_engine* engine) const { cl_engine_free(engine); }
};
using EnginePointer = std::unique_ptr<cl_engine, EngineDeleter>;

struct MapDeleter {
    void operator()(cl_fmap_t* map) const { cl_fmap_close(map); }
};
using MapPointer = std::unique_ptr<cl_fmap_t, MapDeleter>;

/// What one scan collects through ClamAV's callback.
struct LayerNotes {
    const HashKey* key = nullptr;
    std::vector<Hash256>* layers = nullptr;  ///< null: not collected
    bool began = false;                      ///< ClamAV looked at the bytes themselves
};

/// Called for every file that ClamAV is about to scan. Level 0 is ours; deeper ones are what it unpacked.
cl_error_t note_layer(int, const char*, const char**, size_t, const char*, size_t size, const char* buffer,
                      uint32_t level, uint32_t attributes, void* context) {
    auto* notes = static_cast<LayerNotes*>(context);
    if (notes == nullptr) return CL_CLEAN;
    notes->began = true;
    if (notes->layers == nullptr || level == 0 || buffer == nullptr ||
        (attributes & LAYER_ATTRIBUTES_NORMALIZED) != 0)
        return CL_CLEAN;
    if (notes->layers->size() < limits::container_members)
        notes->layers->push_back(keyed_hash(*notes->key, as_bytes({buffer, size})));
    return CL_CLEAN;
}

/// ClamAV writes its complaints about hostile bytes to standard error; nobody may fill the log with those.
void ignore_message(enum cl_msg, const char*, const char*, void*) {}

void set_number(cl_engine* engine, cl_engine_field field, std::size_t value) {
    cl_engine_set_num(engine, field, static_cast<long long>(value));
}

/// Settings that hold for every scan of this process.
void apply_limits(cl_engine* engine) {
    set_number(engine, CL_ENGINE_MAX_SCANSIZE, limits::container_bytes);
    set_number(engine, CL_ENGINE_MAX_FILESIZE, limits::message_bytes);
    set_number(engine, CL_ENGINE_MAX_RECURSION, limits::container_depth + 1);
    set_number(engine, CL_ENGINE_MAX_FILES, limits::clamav_files);
    set_number(engine, CL_ENGINE_MAX_SCANTIME, limits::engine_time_ms);
    // The reader's filter forbids memory that is written and executed: no just-in-time compiler.
    set_number(engine, CL_ENGINE_BYTECODE_MODE, CL_BYTECODE_MODE_INTERPRETER);
    // ClamAV remembers clean files by MD5, for which anybody can make two files with one hash: scan the good one, then the
    // bad one. What was seen in one message is remembered by us, under a keyed hash.
    set_number(engine, CL_ENGINE_DISABLE_CACHE, 1);
    set_number(engine, CL_ENGINE_DISABLE_PE_STATS, 1);
    cl_engine_set_str(engine, CL_ENGINE_TMPDIR, ".");
    cl_engine_set_clcb_file_inspection(engine, note_layer);
}

/// A folder for the moment of loading: cl_load() takes nothing but names of files.
class LoadFolder {
public:
    LoadFolder() {
        for (const char* base : {"/dev/shm", "/tmp", "."}) {
            std::string pattern = fmt::format("{}/tocsin-signatures-XXXXXX", base);
            if (::mkdtemp(pattern.data()) == nullptr) continue;
            path_ = pattern;
            return;
        }
    }
    LoadFolder(const LoadFolder&) = delete;
    LoadFolder& operator=(const LoadFolder&) = delete;
    ~LoadFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// The order in which ClamAV itself reads a folder: exceptions first, because they take effect only on what follows.
int load_rank(const std::string& path) {
    const std::string extension = fs::path(path).extension().string();
    if (extension == ".ign" || extension == ".ign2") return 0;
    if (extension == ".crb" || extension == ".cfg" || extension == ".fp" || extension == ".sfp") return 1;
    return 2;
}

const std::vector<std::string_view> clamav_extensions = {
    ".cvd",  ".cld", ".cud", ".hdb", ".hdu", ".hsb", ".hsu", ".mdb", ".mdu", ".msb",  ".msu", ".imp",
    ".ndb",  ".ndu", ".ldb", ".ldu", ".idb", ".cdb", ".cbc", ".crb", ".ftm", ".fp",   ".sfp", ".ign",
    ".ign2", ".pdb", ".wdb", ".gdb", ".rmd", ".zmd", ".cfg", ".ioc", ".yar", ".yara", ".pwdb"};

/// The alert that a name stands for. The names are those of libclamav's own heuristics.
ClamAlert classify(std::string_view name) {
    const auto starts = [name](std::string_view prefix) { return name.starts_with(prefix); };
    if (starts("Heuristics.Limits.Exceeded.MaxScanTime")) return {ClamAlertKind::time, std::string(name)};
    if (starts("Heuristics.Limits.Exceeded")) return {ClamAlertKind::limit, std::string(name)};
    if (starts("Heuristics.Encrypted")) return {ClamAlertKind::encrypted, std::string(name)};
    if (starts("Heuristics.OLE2.ContainsMacros")) return {ClamAlertKind::macros, std::string(name)};
    if (name.ends_with(".UNOFFICIAL")) name.remove_suffix(11);
    return {ClamAlertKind::signature, std::string(name)};
}

cl_scan_options options_for(ClamScope scope, bool pages, bool secondary_heuristics) {
    cl_scan_options options{};
    // Without any parser ClamAV tells no types apart, and a signature for mail or pages never matches (scanners.c: "Raw mode").
    // One that takes nothing apart here is enough.
    options.parse = CL_SCAN_PARSE_ELF;
    if (scope == ClamScope::raw) return options;
    options.general = CL_SCAN_GENERAL_HEURISTICS;
    if (scope == ClamScope::excerpt) return options;
    // No CL_SCAN_PARSE_MAIL: our parser reads mail, in every reading, and ClamAV's would only repeat one of them.
    options.parse = CL_SCAN_PARSE_ARCHIVE | CL_SCAN_PARSE_ELF | CL_SCAN_PARSE_PDF | CL_SCAN_PARSE_SWF |
                    CL_SCAN_PARSE_HWP3 | CL_SCAN_PARSE_XMLDOCS | CL_SCAN_PARSE_OLE2 | CL_SCAN_PARSE_PE |
                    CL_SCAN_PARSE_ONENOTE;
    if (pages) options.parse |= CL_SCAN_PARSE_HTML | CL_SCAN_PARSE_IMAGE | CL_SCAN_PARSE_IMAGE_FUZZY_HASH;
    options.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX;
    if (secondary_heuristics)
        options.heuristic |=
            CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE | CL_SCAN_HEURISTIC_ENCRYPTED_DOC | CL_SCAN_HEURISTIC_MACROS;
    return options;
}

}  // namespace

struct ClamEngine::Impl {
    EnginePointer engine;
    HashKey layer_key = random_hash_key();
    std::string version;
    std::uint64_t signatures = 0;
    /// Pages are normalised (through temporary files) only for databases that may hold signatures of the normalised form; our
    /// built-in ones do not.
    bool external_databases = false;

    std::vector<ClamAlert> scan_once(ByteView bytes, cl_scan_options options,
                                     std::chrono::milliseconds time_left, LayerNotes& notes) const;
};

namespace {

struct Loaded {
    EnginePointer engine;
    std::uint64_t signatures = 0;
};

cl_error_t load_into(Loaded& loaded, const std::string& path) {
    unsigned int count = 0;
    const cl_error_t status = cl_load(path.c_str(), loaded.engine.get(), &count, CL_DB_STDOPT);
    if (status == CL_SUCCESS) loaded.signatures += count;
    return status;
}

/// A new engine with our own signatures and `databases`, in this order. The first database that fails is put into `failed`.
Result<Loaded> load_all(const std::string& embedded, const std::vector<std::string>& databases,
                        std::string& failed, std::string& why) {
    Loaded loaded;
    loaded.engine.reset(cl_engine_new());
    if (!loaded.engine)
        return fail(ErrorCode::unavailable, "ClamAV: no engine could be made (out of memory)");
    apply_limits(loaded.engine.get());
    if (const cl_error_t status = load_into(loaded, embedded); status != CL_SUCCESS)
        return fail(ErrorCode::corrupt,
                    fmt::format("ClamAV: our own signatures do not load: {}", cl_strerror(status)));
    for (const std::string& database : databases) {
        if (const cl_error_t status = load_into(loaded, database); status != CL_SUCCESS) {
            failed = database;
            why = cl_strerror(status);
            break;
        }
    }
    return loaded;
}

/// Replaces a folder that does not load as a whole by its files, or drops a file.
void split_or_drop(std::vector<std::string>& databases, const std::string& failed, const std::string& why,
                   Log& log) {
    const auto place = std::ranges::find(databases, failed);
    std::error_code ignored;
    const bool folder = fs::is_directory(failed, ignored);
    log.write(LogLevel::warning, folder ? "clamav.folder_read_singly" : "clamav.database_left_out",
              {{"path", failed}, {"error", why}});
    std::vector<std::string> files;
    if (folder) files = find_rule_files(failed, clamav_extensions).value_or(std::vector<std::string>{});
    std::ranges::sort(files, {}, [](const std::string& path) { return std::pair(load_rank(path), path); });
    databases.insert(databases.erase(place), files.begin(), files.end());
}

}  // namespace

Result<std::unique_ptr<ClamEngine>> ClamEngine::load(const std::vector<std::string>& databases, Log& log) {
    if (const cl_error_t status = cl_init(CL_INIT_DEFAULT); status != CL_SUCCESS)
        return fail(ErrorCode::unavailable, fmt::format("ClamAV cannot start: {}", cl_strerror(status)));

    const LoadFolder folder;
    const std::string embedded = folder.path() + "/tocsin.ndb";
    std::ofstream(embedded, std::ios::binary) << embedded_ndb();

    std::vector<std::string> present, files;
    for (const std::string& database : databases) {
        Result<std::vector<std::string>> found = find_rule_files(database, clamav_extensions);
        if (!found || found->empty()) {
            log.write(LogLevel::warning, "clamav.database_missing",
                      {{"path", database}, {"error", found ? "no database in it" : found.error().message}});
            continue;
        }
        present.push_back(database);
        files.insert(files.end(), found->begin(), found->end());
    }

    Loaded loaded;
    // Every round leaves out one file or takes one folder apart, so it ends.
    for (;;) {
        std::string failed, why;
        loaded = TRY(load_all(embedded, present, failed, why));
        if (failed.empty()) break;
        split_or_drop(present, failed, why, log);
    }
    if (const cl_error_t status = cl_engine_compile(loaded.engine.get()); status != CL_SUCCESS)
        return fail(ErrorCode::corrupt,
                    fmt::format("ClamAV: the signatures do not compile: {}", cl_strerror(status)));
    cl_set_clcb_msg(ignore_message);

    auto impl = std::make_unique<Impl>();
    impl->engine = std::move(loaded.engine);
    impl->signatures = loaded.signatures;
    impl->external_databases = !present.empty();
    const Hash256 own = sha256(as_bytes(embedded_ndb()));
    impl->version = fmt::format("clamav {} {} {}", cl_retver(),
                                to_hex(std::as_bytes(std::span(own)).first(8)), digest_of_files(files));
    // tidy: the constructor is private
    return std::unique_ptr<ClamEngine>(new ClamEngine(std::move(impl)));
}

ClamEngine::ClamEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClamEngine::~ClamEngine() = default;

std::vector<ClamAlert> ClamEngine::Impl::scan_once(ByteView bytes, cl_scan_options options,
                                                   std::chrono::milliseconds time_left,
                                                   LayerNotes& notes) const {
    // These limits are the only settings that change between scans; nobody else scans with this engine meanwhile.
    set_number(engine.get(), CL_ENGINE_MAX_SCANTIME,
               static_cast<std::size_t>(std::max<std::int64_t>(1, time_left.count())));
    // A small file that unpacks to more than the floor is a bomb; a large one may hold much.
    set_number(engine.get(), CL_ENGINE_MAX_SCANSIZE,
               std::clamp(4 * bytes.size(), limits::clamav_unpacked_bytes_floor, limits::container_bytes));
    const MapPointer map(cl_fmap_open_memory(bytes.data(), bytes.size()));
    if (!map) return {{ClamAlertKind::error, "out of memory"}};

    ScratchOnDemand scratch;
    const char* name = nullptr;
    unsigned long scanned = 0;
    const cl_error_t status =
        cl_scanmap_callback(map.get(), nullptr, &name, &scanned, engine.get(), &options, &notes);
    if (status == CL_VIRUS) return {classify(name != nullptr ? name : "unnamed signature")};
    // Where ClamAV can make no temporary folder it leaves out what needs one, and calls that clean.
    if (scratch.failed()) return {{ClamAlertKind::error, "no temporary folder could be made"}};
    if (status == CL_CLEAN && !notes.began) return {{ClamAlertKind::error, "the scan did not begin"}};
    if (status == CL_CLEAN) return {};
    if (status == CL_ETIMEOUT) return {{ClamAlertKind::time, cl_strerror(status)}};
    if (status == CL_EMAXREC || status == CL_EMAXSIZE || status == CL_EMAXFILES)
        return {{ClamAlertKind::limit, cl_strerror(status)}};
    return {{ClamAlertKind::error, cl_strerror(status)}};
}

ClamResult ClamEngine::scan(ByteView bytes, ClamScope scope, std::chrono::milliseconds time_left) const {
    ClamResult result;
    // ClamAV calls a file shorter than this clean without a look (libclamav/scanners.c); nothing that small can be a program,
    // and no signature is that short.
    if (bytes.size() <= 5) return result;
    LayerNotes notes{.key = &impl_->layer_key, .layers = &result.layers_seen};
    result.alerts =
        impl_->scan_once(bytes, options_for(scope, impl_->external_databases, true), time_left, notes);

    // One alert is all that ClamAV gives, and "encrypted" or "macros" can stand in the place of "limit exceeded". So look
    // again without those two.
    const bool hides_others = !result.alerts.empty() && (result.alerts[0].kind == ClamAlertKind::encrypted ||
                                                         result.alerts[0].kind == ClamAlertKind::macros);
    if (hides_others) {
        LayerNotes again;
        std::vector<ClamAlert> more =
            impl_->scan_once(bytes, options_for(scope, impl_->external_databases, false), time_left, again);
        result.alerts.insert(result.alerts.end(), more.begin(), more.end());
    }
    return result;
}

Hash256 ClamEngine::layer_hash(ByteView bytes) const {
    return keyed_hash(impl_->layer_key, bytes);
}

const std::string& ClamEngine::version() const {
    return impl_->version;
}

std::string ClamEngine::describe() const {
    return fmt::format("ClamAV {}, {} signatures", cl_retver(), impl_->signatures);
}

}  // namespace tocsin::scan
