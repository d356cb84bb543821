public import Text

/// How a sweep ended: the exit status that the store keeps with its run.
public typealias SweepStatus = ExitStatus
