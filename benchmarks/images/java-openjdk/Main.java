import java.util.stream.IntStream;

public class Main {
    public static void main(String[] args) {
        IntStream.rangeClosed(1, 5).mapToObj(i -> "*".repeat(i)).forEach(System.out::println);
    }
}
