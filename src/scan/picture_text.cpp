#include "scan/picture_text.hpp"

#include <dlfcn.h>
#include <sys/time.h>
#include <tesseract/capi.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <string_view>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/limits/pictures.hpp"

namespace tocsin::scan {

namespace {

constexpr const char* library_name = "libtesseract.so.5";
/// Where Debian and others put what Tesseract knows of languages.
constexpr auto data_folders = std::to_array<std::string_view>(
    {"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata", "/usr/share/tesseract/tessdata"});
constexpr const char* language = "eng";
constexpr const char* to_install =
    "install libtesseract5 and tesseract-ocr-eng, or scan.without = [\"pictures\"]";
/// Pixels of pictures in mail say nothing of inches; without a number Tesseract guesses one, and says so each time.
constexpr int pixels_per_inch = 150;
constexpr int no_messages = 6;  // leptonica/environ.h: L_SEVERITY_NONE

std::string data_folder() {
    for (const std::string_view folder : data_folders) {
        std::error_code error;
        std::string path(folder);
        if (std::filesystem::exists(path + "/" + language + ".traineddata", error)) return path;
    }
    return {};
}

/// The functions of Tesseract's C interface that are called here.
struct Functions {
    decltype(&TessBaseAPICreate) create = nullptr;
    decltype(&TessBaseAPIDelete) destroy = nullptr;
    decltype(&TessBaseAPISetVariable) set_variable = nullptr;
    decltype(&TessBaseAPIInit2) init = nullptr;
    decltype(&TessBaseAPISetPageSegMode) set_layout = nullptr;
    decltype(&TessBaseAPISetImage) set_image = nullptr;
    decltype(&TessBaseAPISetSourceResolution) set_resolution = nullptr;
    decltype(&TessBaseAPIRecognize) recognise = nullptr;
    decltype(&TessBaseAPIGetUTF8Text) get_text = nullptr;
    decltype(&TessDeleteText) delete_text = nullptr;
    decltype(&TessBaseAPIClear) clear = nullptr;
    decltype(&TessMonitorCreate) make_monitor = nullptr;
    decltype(&TessMonitorDelete) delete_monitor = nullptr;
    decltype(&TessMonitorSetDeadlineMSecs) set_deadline = nullptr;
};

template <typename Function>
bool take(void* library, const char* name, Function& into) {
    into = reinterpret_cast<Function>(::dlsym(library, name));
    return into != nullptr;
}

bool take_all(void* library, Functions& f) {
    return take(library, "TessBaseAPICreate", f.create) && take(library, "TessBaseAPIDelete", f.destroy) &&
           take(library, "TessBaseAPISetVariable", f.set_variable) &&
           take(library, "TessBaseAPIInit2", f.init) &&
           take(library, "TessBaseAPISetPageSegMode", f.set_layout) &&
           take(library, "TessBaseAPISetImage", f.set_image) &&
           take(library, "TessBaseAPISetSourceResolution", f.set_resolution) &&
           take(library, "TessBaseAPIRecognize", f.recognise) &&
           take(library, "TessBaseAPIGetUTF8Text", f.get_text) &&
           take(library, "TessDeleteText", f.delete_text) && take(library, "TessBaseAPIClear", f.clear) &&
           take(library, "TessMonitorCreate", f.make_monitor) &&
           take(library, "TessMonitorDelete", f.delete_monitor) &&
           take(library, "TessMonitorSetDeadlineMSecs", f.set_deadline);
}

/// No word about hostile pixels on standard error.
void silence(void* library) {
    int (*set_severity)(int) = nullptr;
    if (take(library, "setMsgSeverity", set_severity)) set_severity(no_messages);
}

/// Twice as wide and high, each pixel mixed of the four that are nearest: what is only repeated gets steps, and a Q loses its
/// tail.
GreyImage doubled(const GreyImage& small) {
    GreyImage large{small.width * 2, small.height * 2, {}};
    large.pixels.resize(std::size_t{large.width} * large.height);
    // The neighbour on the side on which the new pixel lies; at an edge the pixel itself.
    const auto beside = [](std::size_t at, std::size_t size) {
        const std::size_t here = at / 2;
        if (at % 2 == 0) return here == 0 ? here : here - 1;
        return here + 1 == size ? here : here + 1;
    };
    for (std::size_t y = 0; y < large.height; ++y) {
        const std::uint8_t* const row = small.pixels.data() + y / 2 * small.width;
        const std::uint8_t* const next = small.pixels.data() + beside(y, small.height) * small.width;
        std::uint8_t* const to = large.pixels.data() + y * large.width;
        for (std::size_t x = 0; x < large.width; ++x) {
            const std::size_t side = beside(x, small.width);
            const unsigned sum = 9U * row[x / 2] + 3U * row[side] + 3U * next[x / 2] + next[side];
            to[x] = static_cast<std::uint8_t>((sum + 8) / 16);
        }
    }
    return large;
}

/// Until it goes out of scope, SIGALRM may end the process.
class StallAlarm {
public:
    StallAlarm(OnStall on_stall, std::chrono::milliseconds time_max)
        : armed_(on_stall == OnStall::end_process) {
        const std::chrono::milliseconds most(limits::picture_grace_ms);
        if (armed_) set(time_max + std::min(most, time_max / limits::picture_grace_part));
    }
    StallAlarm(const StallAlarm&) = delete;
    StallAlarm& operator=(const StallAlarm&) = delete;
    ~StallAlarm() {
        if (armed_) set(std::chrono::milliseconds(0));
    }

private:
    static void set(std::chrono::milliseconds time) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
        itimerval timer{};
        timer.it_value.tv_sec = seconds.count();
        timer.it_value.tv_usec = std::chrono::microseconds(time - seconds).count();
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }

    bool armed_;
};

Hash256 digest_of(const GreyImage& picture) {
    std::string text = std::to_string(picture.width) + " ";
    text.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
    return sha256(as_bytes(text));
}

}  // namespace

struct PictureReader::Impl {
    Functions call;
    TessBaseAPI* engine = nullptr;
    OnStall on_stall = OnStall::wait;
    std::map<Hash256, PictureText> known;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        if (engine != nullptr) call.destroy(engine);
    }
    PictureText recognise(const GreyImage& picture, std::chrono::milliseconds time_max) const;
};

bool PictureReader::installed() {
    return !data_folder().empty();
}

Result<PictureReader> PictureReader::load(OnStall on_stall) {
    const std::string folder = data_folder();
    if (folder.empty())
        return fail(ErrorCode::not_found,
                    std::string("no data of Tesseract for ") + language + " is there: " + to_install);
    // A confined process makes no thread. OpenMP's library, which comes along, reads this once, when it is loaded; what it can be
    // told later does not bind Tesseract, which names a number of its own.
    ::setenv("OMP_THREAD_LIMIT", "1", 1);
    // It stays loaded for as long as the process lives.
    void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return fail(ErrorCode::not_found, std::string(::dlerror()) + ": " + to_install);
    auto impl = std::make_unique<Impl>();
    if (!take_all(library, impl->call))
        return fail(ErrorCode::unavailable,
                    std::string(library_name) + ": a function is missing: " + to_install);
    impl->on_stall = on_stall;
    // Whoever started us may have left it ignored.
    if (on_stall == OnStall::end_process) (void)::signal(SIGALRM, SIG_DFL);
    silence(library);
    impl->engine = impl->call.create();
    // A name that a confined process could not open any more: the warm-up below opens it.
    impl->call.set_variable(impl->engine, "debug_file", "/dev/null");
    if (impl->call.init(impl->engine, folder.c_str(), language, tesseract::OEM_LSTM_ONLY) != 0)
        return fail(ErrorCode::unavailable, folder + ": Tesseract cannot use what lies there: " + to_install);
    impl->call.set_layout(impl->engine, tesseract::PSM_AUTO);
    constexpr std::uint32_t side = 64;
    const GreyImage empty{side, side, std::vector<std::uint8_t>(std::size_t{side} * side, 0xFF)};
    (void)impl->recognise(empty, std::chrono::milliseconds(limits::pictures_read_ms));
    return PictureReader(std::move(impl));
}

PictureReader::PictureReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PictureReader::PictureReader(PictureReader&&) noexcept = default;
PictureReader& PictureReader::operator=(PictureReader&&) noexcept = default;
PictureReader::~PictureReader() = default;

PictureText PictureReader::Impl::recognise(const GreyImage& picture,
                                           std::chrono::milliseconds time_max) const {
    PictureText found;
    found.cut = time_max.count() <= 0;  // to Tesseract that is no deadline at all
    if (found.cut) return found;
    const StallAlarm alarm(on_stall, time_max);
    const auto width = static_cast<int>(picture.width), height = static_cast<int>(picture.height);
    call.set_image(engine, picture.pixels.data(), width, height, 1, width);
    call.set_resolution(engine, pixels_per_inch);
    ETEXT_DESC* const monitor = call.make_monitor();
    call.set_deadline(monitor, static_cast<int>(time_max.count()));
    found.cut = call.recognise(engine, monitor) != 0;
    if (char* const text = found.cut ? nullptr : call.get_text(engine); text != nullptr) {
        found.text = trim(text);
        call.delete_text(text);
    }
    call.delete_monitor(monitor);
    call.clear(engine);
    if (found.text.size() > limits::picture_text_bytes) {
        std::size_t end = limits::picture_text_bytes;
        while (end > 0 && (static_cast<unsigned char>(found.text[end]) & 0xC0U) == 0x80U) --end;
        found.text.resize(end);
        found.cut = true;
    }
    return found;
}

PictureText PictureReader::read(const GreyImage& picture, std::chrono::milliseconds time_max) const {
    if (picture.empty() || picture.pixels.size() < std::size_t{picture.width} * picture.height) return {};
    const Hash256 digest = digest_of(picture);
    if (const auto at = impl_->known.find(digest); at != impl_->known.end()) return at->second;
    PictureText found;
    try {
        if (picture.pixels.size() < limits::picture_doubled_pixels)
            found = impl_->recognise(doubled(picture), time_max);
        else
            found = impl_->recognise(shrunk(picture, limits::picture_read_pixels), time_max);
    } catch (const std::exception&) {
        found.cut = true;  // out of memory, or a state that the library did not expect
    }
    if (impl_->known.size() >= limits::picture_texts_remembered) impl_->known.clear();
    if (!found.cut) impl_->known.emplace(digest, found);
    return found;
}

}  // namespace tocsin::scan
