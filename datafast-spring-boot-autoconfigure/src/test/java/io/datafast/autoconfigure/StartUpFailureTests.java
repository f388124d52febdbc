/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What is printed when an application with a mistake in it is started.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartUpFailureTests {

	private final Map<String, Object> properties = new LinkedHashMap<>(Map.of("spring.main.banner-mode", "off"));

	@Test
	void missingKeyWhenRequired(CapturedOutput output) {
		this.properties.put("datafast.enabled", "true");
		fail(Application.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: datafast.api-key")
			.contains("Reason: datafast.api-key is missing, and datafast.enabled=true requires it")
			.contains("DATAFAST_API_KEY");
	}

	@Test
	void blankKeyIsNoKey(CapturedOutput output) {
		this.properties.put("datafast.enabled", "true");
		this.properties.put("datafast.api-key", " \n");
		fail(Application.class);
		assertThat(output).contains("Reason: datafast.api-key is missing");
	}

	@Test
	void malformedKeyIsExplainedButNotShown(CapturedOutput output) {
		this.properties.put("datafast.api-key", "df_top secret");
		fail(Application.class);
		assertThat(output).contains("Property: datafast.api-key")
			.contains("Origin: ")
			.contains("must consist of visible ASCII characters, but has U+0020 at index 6")
			.contains("Copy the key again")
			.doesNotContain("df_top")
			.doesNotContain("secret");
	}

	@Test
	void controlCharacterInKey(CapturedOutput output) {
		this.properties.put("datafast.api-key", "df_top\nsecret");
		fail(Application.class);
		assertThat(output).contains("U+000A at index 6").doesNotContain("df_top");
	}

	@Test
	void accountTokenWithoutWebsite(CapturedOutput output) {
		this.properties.put("datafast.api-key", "dft_secret");
		fail(Application.class);
		assertThat(output).contains("Property: datafast.website-id")
			.contains("an account token (dft_...) needs it")
			.contains("website key (df_...)")
			.doesNotContain("dft_secret");
	}

	@Test
	void durableDeliveryWithoutItsModule(CapturedOutput output) {
		this.properties.put("datafast.api-key", "df_key");
		this.properties.put("datafast.delivery.mode", "jdbc");
		fail(Application.class);
		assertThat(output).contains("Property: datafast.delivery.mode\n    Value: jdbc")
			.contains("needs datafast-spring-boot-jdbc, which is not on the class path")
			.contains("Add io.datafast:datafast-spring-boot-starter-jdbc");
	}

	@Test
	void sslBundleThatDoesNotExist(CapturedOutput output) {
		this.properties.put("datafast.api-key", "df_key");
		this.properties.put("datafast.ssl.bundle", "compnay");
		this.properties.put("spring.ssl.bundle.pem.company.truststore.certificate", "classpath:company.pem");
		fail(SslApplication.class);
		assertThat(output).contains("Property: datafast.ssl.bundle\n    Value: compnay")
			.contains("Origin: ")
			.contains("must name an SSL bundle of the application, and these exist: company")
			.contains("spring.ssl.bundle");
	}

	@Test
	void sslBundleThatDoesNotExistWithLazyBeans(CapturedOutput output) {
		this.properties.put("spring.main.lazy-initialization", "true");
		sslBundleThatDoesNotExist(output);
	}

	@Test
	void sslBundleWhereThereIsNone(CapturedOutput output) {
		this.properties.put("datafast.api-key", "df_key");
		this.properties.put("datafast.ssl.bundle", "company");
		fail(Application.class);
		assertThat(output).contains("must name an SSL bundle of the application, and there is none");
	}

	@Test
	void everyWrongPropertyAtOnce(CapturedOutput output) {
		this.properties.putAll(Map.of("datafast.base-url", "ftp://example.com/api", "datafast.connect-timeout", "0s",
				"datafast.read-timeout", "-1s", "datafast.metadata.Env", "prod", "datafast.visitor.cookie-name", "a b",
				"datafast.delivery.capacity", "0", "datafast.delivery.concurrency", "-5",
				"datafast.delivery.shutdown-timeout", "999999d"));
		this.properties.put("datafast.visitor.cookie-domain", "example.com; Secure");
		this.properties.put("datafast.delivery.max-attempts", "0");
		fail(Application.class);
		assertThat(output).contains("Property: datafast.base-url\n    Value: ftp://example.com/api")
			.contains("Reason: datafast.base-url must be an absolute http or https URL")
			.contains("Reason: datafast.connect-timeout must be greater than zero")
			.contains("Reason: datafast.read-timeout must be greater than zero")
			.contains("Reason: datafast.metadata has a wrong entry: metadata key \"Env\"")
			.contains("such as app_version")
			.contains("Reason: datafast.visitor.cookie-name must be a cookie name")
			.contains("Reason: datafast.delivery.capacity must be at least 1")
			.contains("Reason: datafast.delivery.concurrency must be at least 1")
			.contains("Reason: datafast.delivery.shutdown-timeout must be at least zero and at most 365 days")
			.contains("Reason: datafast.visitor.cookie-domain must be a domain name")
			.contains("Reason: datafast.delivery.max-attempts must be at least 1");
	}

	@Test
	void wrongKeyDoesNotMatterWhenSwitchedOff() {
		this.properties.put("datafast.enabled", "false");
		this.properties.put("datafast.api-key", "dft_no website");
		this.properties.put("datafast.base-url", "nonsense");
		run(Application.class).close();
	}

	@Test
	void invalidTrackGoal(CapturedOutput output) {
		fail(WrongGoals.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Method: io.datafast.autoconfigure.StartUpFailureTests$WrongShop.signUp(String, String, int)")
			.contains("Where: name\n    Value: newsletterSignup")
			.contains("goal name \"newsletterSignup\" must be 1 to 64 characters of a-z 0-9 _ - :")
			.contains("name: For instance \"newsletter_signup\".")
			.contains("Where: condition\n    Value: #result.paid(")
			.contains("is not a valid SpEL expression")
			.contains("Where: metadata \"plan\"\n    Value: (empty)")
			.contains("needs an expression")
			.contains("Value: plan\n    Reason: the key is used twice for goal \"newsletterSignup\"")
			.contains("Where: @GoalMetadata on parameter 0\n    Value: thePlan")
			.contains("For instance \"the_plan\".")
			.contains("@VisitorId on parameter 2\n    Value: int")
			.contains("a visitor id is a String or an Optional<String>");
	}

	@Test
	void reservedNameAndMissingPlaceholder(CapturedOutput output) {
		fail(ReservedGoals.class);
		assertThat(output).contains("goal name \"identify\" is reserved by DataFast")
			.contains("Value: ${no.such.property}")
			.contains("the placeholder cannot be resolved")
			.contains("${name:default}");
	}

	@Test
	void tooManyEntries(CapturedOutput output) {
		fail(ManyGoals.class);
		assertThat(output).contains("metadata has 11 entries: at most 10 are allowed").contains("Remove 1 of them.");
	}

	@Test
	void methodsThatCannotBeIntercepted(CapturedOutput output) {
		fail(PrivateGoals.class);
		assertThat(output).contains("cannot intercept a method that is private");
		fail(FinalGoals.class);
		assertThat(output).contains("cannot intercept a method that is final");
		fail(FinalClassGoals.class);
		assertThat(output).contains("a proxy cannot extend a final class").contains("DataFastGoals.track(...)");
	}

	@Test
	void aFinalClassWhoseInterfacesDoNotDeclareTheMethod(CapturedOutput output) {
		fail(FinalBesideInterfaceGoals.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("nor intercept a method that no interface declares");
	}

	private void fail(Class<?> application) {
		assertThat(catchThrowable(() -> run(application))).isNotNull();
	}

	private ConfigurableApplicationContext run(Class<?> application) {
		SpringApplication springApplication = new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.build();
		springApplication.setDefaultProperties(this.properties);
		return springApplication.run();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataFastAutoConfiguration.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(SslAutoConfiguration.class)
	static class SslApplication extends Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class WrongGoals extends Application {

		@Bean
		WrongShop shop() {
			return new WrongShop();
		}

	}

	static class WrongShop {

		@TrackGoal(name = "newsletterSignup", condition = "#result.paid(",
				metadata = { @GoalMetadata("plan"), @GoalMetadata(key = "plan", expression = "'x'") })
		void signUp(@GoalMetadata String thePlan, String other, @VisitorId int visitor) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReservedGoals extends Application {

		@Bean
		Object shop() {
			return new Object() {

				@TrackGoal("identify")
				@TrackGoal("${no.such.property}")
				public void track() {
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ManyGoals extends Application {

		@Bean
		Object shop() {
			return new ManyShop();
		}

	}

	static class ManyShop {

		@TrackGoal("many")
		void track(@GoalMetadata("k1") int k1, @GoalMetadata("k2") int k2, @GoalMetadata("k3") int k3,
				@GoalMetadata("k4") int k4, @GoalMetadata("k5") int k5, @GoalMetadata("k6") int k6,
				@GoalMetadata("k7") int k7, @GoalMetadata("k8") int k8, @GoalMetadata("k9") int k9,
				@GoalMetadata("k10") int k10, @GoalMetadata("k11") int k11) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrivateGoals extends Application {

		@Bean
		PrivateShop shop() {
			return new PrivateShop();
		}

	}

	static class PrivateShop {

		void call() {
			track();
		}

		@TrackGoal("private")
		private void track() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FinalGoals extends Application {

		@Bean
		FinalMethodShop shop() {
			return new FinalMethodShop();
		}

	}

	static class FinalMethodShop {

		@TrackGoal("final")
		final void track() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FinalClassGoals extends Application {

		@Bean
		FinalShop shop() {
			return new FinalShop();
		}

	}

	static final class FinalShop {

		@TrackGoal("final")
		void track() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FinalBesideInterfaceGoals extends Application {

		@Bean
		FinalRunnable shop() {
			return new FinalRunnable();
		}

	}

	static final class FinalRunnable implements Runnable {

		@Override
		public void run() {
		}

		@TrackGoal("final")
		public void track() {
		}

	}

}
