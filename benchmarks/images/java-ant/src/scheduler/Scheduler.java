package scheduler;

import java.time.Duration;
import java.util.PriorityQueue;

public class Scheduler {
    private static final class Job implements Comparable<Job> {
        final String name;
        final Duration in;

        Job(String name, Duration in) {
            this.name = name;
            this.in = in;
        }

        @Override
        public int compareTo(Job other) {
            return in.compareTo(other.in);
        }
    }

    public static void main(String[] args) {
        PriorityQueue<Job> jobs = new PriorityQueue<>();
        jobs.add(new Job("backup", Duration.ofHours(3)));
        jobs.add(new Job("mail", Duration.ofMinutes(5)));
        while (!jobs.isEmpty()) {
            Job job = jobs.poll();
            System.out.println(job.in + " " + job.name);
        }
    }
}
