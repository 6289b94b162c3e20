#pragma once

namespace mana::cli {

/// What the system says by a signal that would end the program in the middle of its work, it is to say by the error of
/// the call instead: that nobody reads a pipe any more (SIGPIPE: a training whose notes go to `head` goes on), and that
/// a file would become larger than it may be (SIGXFSZ: one sentence, and no unfinished file is left).
void take_signals_as_errors();

}  // namespace mana::cli
