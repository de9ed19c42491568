class Main { public static void main(String[] words) { System.out.println("the Java program runs"); } }
