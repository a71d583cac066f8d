/// The version of the program. It is stated here because what the program writes names its writer.
public enum ProgramVersion {
  public static let text = "0.2.0"
}
