#include "telephony/media/recorder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sndfile.h>

#include "telephony/media/audio_track.h"
#include "telephony/media/g711.h"
#include "telephony/media/remote_media.h"

namespace carillon::media {
namespace {

constexpr Duration kPassInterval = 50ms;
constexpr int64_t kJitter = 2400;  ///< samples that late packets have to arrive: 300 ms
constexpr int64_t kChunk = 3200;   ///< samples written at a time: 400 ms

std::string storage_error(const std::filesystem::path& path, const std::string& why) {
  return fmt::format(
      "The recording {} could not be written: {}. Free space on the recordings' disk or check the "
      "folder's permissions.",
      path.filename().string(), why);
}

bool stays_below_folder(const std::string& file) {
  const std::filesystem::path path(file);
  return path.has_filename() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

/// One open recording. After the first failure it swallows what comes and reports at the end.
class Recorder::File {
 public:
  File(const std::filesystem::path& folder, const Begin& begin)
      : attempt_(begin.attempt), name_(begin.file), start_(begin.start), path_(folder / name_) {
    part_ = path_;
    part_ += ".part";
    open();
  }
  ~File() {
    if (file_ != nullptr) sf_close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void add(const RecordedFrame& frame) {
    if (!error_.empty()) return;
    const int64_t arrival = position_of(SteadyTime{Duration{frame.arrival_ms}});
    write_until(arrival - kJitter - kChunk);  // only when this thread was late itself
    std::array<int16_t, 160> samples;
    g711::decode(frame.codec, Bytes(frame.payload).first(frame.size), samples.data());
    tracks_[frame.channel].add(frame.ssrc, frame.timestamp, arrival,
                               std::span<const int16_t>(samples).first(frame.size));
  }

  /// Writes what nothing can be added to any more, when it is enough to be worth a write.
  void advance(SteadyTime now) {
    const int64_t until = position_of(now) - kJitter;
    if (until - written_ >= kChunk) write_until(until);
  }

  RecordingFinished finish(const End& end) {
    if (!end.cancelled) write_until(position_of(end.at));
    const bool cancelled = end.cancelled && error_.empty();
    if (error_.empty()) error_ = end.error;
    close();
    return {attempt_, name_, Duration{written_ / g711::kSamplesPerMs}, error_,
            !error_.empty() && !cancelled};
  }

 private:
  int64_t position_of(SteadyTime t) const {
    return std::max<int64_t>((t - start_).count(), 0) * g711::kSamplesPerMs;
  }

  void open() {
    if (!stays_below_folder(name_)) {
      error_ = "The recording's file name leaves the recordings folder.";
      return;
    }
    std::error_code failed;
    std::filesystem::create_directories(path_.parent_path(), failed);
    if (failed) {
      error_ = storage_error(path_, failed.message());
      return;
    }
    SF_INFO info{};
    info.samplerate = kSampleRate;
    info.channels = 2;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    file_ = sf_open(part_.c_str(), SFM_WRITE, &info);
    if (file_ == nullptr) error_ = storage_error(path_, sf_strerror(nullptr));
  }

  void write_until(int64_t position) {
    std::array<int16_t, kChunk> left;
    std::array<int16_t, kChunk> right;
    std::array<int16_t, 2 * kChunk> both;
    while (error_.empty() && written_ < position) {
      const int64_t count = std::min(position - written_, kChunk);
      const auto size = static_cast<size_t>(count);
      tracks_[0].take(std::span(left).first(size));
      tracks_[1].take(std::span(right).first(size));
      for (size_t i = 0; i < size; ++i) {
        both[2 * i] = left[i];
        both[2 * i + 1] = right[i];
      }
      errno = 0;
      if (sf_writef_short(file_, both.data(), count) != count) {
        error_ = storage_error(path_, errno != 0 ? std::strerror(errno) : sf_strerror(file_));
        return;
      }
      written_ += count;
    }
  }

  /// Keeps what there is. Writing the header anew needs no room: it is at the file's begin.
  void close() {
    if (file_ == nullptr) return;
    if (!error_.empty()) cut_to_whole_samples();
    if (sf_close(std::exchange(file_, nullptr)) != 0) lose("the file could not be closed");
    std::error_code failed;
    if (written_ > 0) {
      std::filesystem::rename(part_, path_, failed);
      if (failed) lose(failed.message());
    }
    if (written_ == 0) std::filesystem::remove(part_, failed);
  }

  /// A write that failed may have left a part of its samples behind.
  void cut_to_whole_samples() {
    sf_count_t frames = written_;
    sf_command(file_, SFC_FILE_TRUNCATE, &frames, sizeof frames);
  }

  void lose(const std::string& why) {
    if (error_.empty()) error_ = storage_error(path_, why);
    written_ = 0;
  }

  const AttemptId attempt_;
  const std::string name_;
  const SteadyTime start_;
  const std::filesystem::path path_;
  std::filesystem::path part_;
  SNDFILE* file_ = nullptr;
  std::array<AudioTrack, 2> tracks_;
  int64_t written_ = 0;
  std::string error_;
};

Recorder::Recorder(std::filesystem::path folder, size_t loops, size_t queue_frames,
                   Finished finished)
    : folder_(std::move(folder)), finished_(std::move(finished)) {
  for (size_t i = 0; i < loops; ++i) queues_.push_back(std::make_unique<FrameQueue>(queue_frames));
  thread_ = std::thread([this] { run(); });
}

Recorder::~Recorder() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Recorder::begin(uint32_t recording, AttemptId attempt, std::string file, SteadyTime start) {
  std::lock_guard lock(mutex_);
  orders_.emplace_back(Begin{recording, attempt, std::move(file), start});
}

void Recorder::end(uint32_t recording, SteadyTime at, std::string error) {
  order_end({recording, at, std::move(error)});
}

void Recorder::cancel(uint32_t recording, SteadyTime at) {
  order_end({recording, at, "The call had ended before its recording could begin.", true});
}

void Recorder::order_end(End end) {
  std::lock_guard lock(mutex_);
  orders_.emplace_back(std::move(end));
}

/// True when the recorder is to stop. It wakes by time, not by notification: a media loop never
/// pays for waking it.
bool Recorder::wait_for_work(std::vector<std::variant<Begin, End>>& orders) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, files_.empty() ? 4 * kPassInterval : kPassInterval,
                 [this] { return stopping_; });
  orders.clear();
  std::swap(orders, orders_);
  return stopping_;
}

void Recorder::run() {
  std::vector<std::variant<Begin, End>> orders;
  for (bool stopping = false; !stopping;) {
    stopping = wait_for_work(orders);
    for (const auto& order : orders) {
      if (const auto* begin = std::get_if<Begin>(&order)) {
        files_.emplace(begin->recording, std::make_unique<File>(folder_, *begin));
      }
    }
    // Frames of a recording were pushed before its end was ordered.
    drain_queues();
    for (const auto& order : orders) {
      if (const auto* end = std::get_if<End>(&order)) finish(*end);
    }
    const SteadyTime now = machine_now().steady;
    for (auto& [id, file] : files_) file->advance(now);
  }
  while (!files_.empty()) finish({files_.begin()->first, machine_now().steady, ""});
}

void Recorder::drain_queues() {
  for (const auto& queue : queues_) {
    while (const RecordedFrame* frame = queue->front()) {
      const auto file = files_.find(frame->recording);
      if (file != files_.end()) file->second->add(*frame);
      queue->pop();
    }
  }
}

void Recorder::finish(const End& end) {
  const auto found = files_.find(end.recording);
  if (found == files_.end()) return;
  const auto file = std::move(found->second);
  files_.erase(found);
  finished_(file->finish(end));
}

}  // namespace carillon::media
