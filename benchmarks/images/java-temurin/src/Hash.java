import java.security.MessageDigest;
import java.util.HexFormat;

public class Hash {
    public static void main(String[] args) throws Exception {
        byte[] data = System.in.readAllBytes();
        System.out.println(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(data)));
    }
}
