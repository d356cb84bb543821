#pragma once

/// A byte of the commit that the program was built from, 0 behind the last one; at once 0 where the build was not told.
int se_eval_commit_byte(int index);
