// Recorder: writes conversations to stereo WAV files, away from the media loops.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "telephony/media/frame_queue.h"
#include "telephony/media/media_plane.h"

namespace carillon::media {

/// Purpose: takes frames from one FrameQueue per media loop, aligns both sides in time and writes
/// them. A recording is written as `<file>.part` and renamed when it is complete. When the disk
/// fails, what was written until then is kept, and the failure is reported.
/// Threads: begin() and end() from any thread; everything else on the recorder's own thread.
/// Lifetime: created before the loops and destroyed after them; the destructor completes the
/// files that are still open.
class Recorder {
 public:
  using Finished = std::function<void(RecordingFinished)>;

  Recorder(std::filesystem::path folder, size_t loops, size_t queue_frames, Finished finished);
  ~Recorder();

  FrameQueue& queue_of(size_t loop) { return *queues_[loop]; }

  /// Before the first frame of `recording` is pushed.
  void begin(uint32_t recording, AttemptId attempt, std::string file, SteadyTime start);
  /// After the last frame of `recording` was pushed. `error`: a sentence, empty when all went well.
  /// Unknown or ended recordings are ignored.
  void end(uint32_t recording, SteadyTime at, std::string error);
  /// Instead of end(): the call had ended before its first frame, and there is nothing to record.
  void cancel(uint32_t recording, SteadyTime at);

 private:
  class File;
  struct Begin {
    uint32_t recording;
    AttemptId attempt;
    std::string file;
    SteadyTime start;
  };
  struct End {
    uint32_t recording;
    SteadyTime at;
    std::string error;
    bool cancelled = false;
  };

  void run();
  bool wait_for_work(std::vector<std::variant<Begin, End>>& orders);
  void drain_queues();
  void order_end(End end);
  void finish(const End& end);

  const std::filesystem::path folder_;
  const Finished finished_;
  std::vector<std::unique_ptr<FrameQueue>> queues_;
  std::unordered_map<uint32_t, std::unique_ptr<File>> files_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::variant<Begin, End>> orders_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace carillon::media
