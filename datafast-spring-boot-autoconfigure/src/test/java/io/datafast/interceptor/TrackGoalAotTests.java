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

package io.datafast.interceptor;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import kotlin.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.Advised;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ProxyType;
import org.springframework.context.annotation.Proxyable;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What an application with {@link TrackGoal @TrackGoal} contributes to a native image.
 */
class TrackGoalAotTests {

	@BeforeEach
	void startProcessing() {
		System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
	}

	@AfterEach
	void endProcessing() {
		System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
	}

	@Test
	void registersWhatExpressionsTouch() {
		RuntimeHints hints = process(Checkout.class);
		assertThat(hints).matches(invokesPublicMethodsOf(CompletedInvocation.class))
			.matches(invokesPublicMethodsOf(Order.class))
			.matches(invokesPublicMethodsOf(Plan.class))
			.matches(invokesPublicMethodsOf(Item.class))
			.matches(invokesPublicMethodsOf(Receipt.class))
			.matches(invokesPublicMethodsOf(Currency.class))
			.matches(invokesPublicMethodsOf(Prices.class))
			.matches(invokesPublicMethodsOf(Rounding.class))
			.matches(RuntimeHintsPredicates.reflection()
				.onType(Rounding.class)
				.withMemberCategory(MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS))
			.matches(RuntimeHintsPredicates.reflection().onFieldAccess(Item.class, "sku"));
	}

	@Test
	void registersTheAnnotatedMethodAndItsAnnotations() {
		RuntimeHints hints = process(Checkout.class);
		assertThat(hints).matches(RuntimeHintsPredicates.reflection().onMethodInvocation(Checkout.class, "checkout"))
			.matches(RuntimeHintsPredicates.proxies().forInterfaces(TrackGoal.class))
			.matches(RuntimeHintsPredicates.proxies().forInterfaces(GoalMetadata.class));
	}

	@Test
	void endsForTypesThatGrowWithEachStep() {
		assertThat(process(Growing.class)).matches(invokesPublicMethodsOf(Node.class));
	}

	@Test
	void registersNothingThatNoExpressionNames() {
		RuntimeHints hints = process(Checkout.class);
		assertThat(hints).matches(invokesPublicMethodsOf(Untouched.class).negate());
	}

	@Test
	void registersNothingForBeansWithoutGoals() {
		RuntimeHints hints = process(Prices.class);
		assertThat(hints).matches(invokesPublicMethodsOf(CompletedInvocation.class).negate())
			.matches(invokesPublicMethodsOf(Prices.class).negate());
	}

	@Test
	void registersNoTypesForGoalsWithoutExpressions() {
		RuntimeHints hints = process(Newsletter.class);
		assertThat(hints).matches(RuntimeHintsPredicates.reflection().onMethodInvocation(Newsletter.class, "subscribe"))
			.matches(invokesPublicMethodsOf(CompletedInvocation.class).negate());
	}

	@Test
	void registersWhatUnboxesValueClassesOfKotlinEvenWithoutExpressions() {
		RuntimeHints hints = process(Outcomes.class);
		Method unbox = ReflectionUtils.findMethod(Result.class, "unbox-impl");
		assertThat(unbox).isNotNull();
		assertThat(hints).matches(RuntimeHintsPredicates.reflection().onMethodInvocation(unbox));
	}

	@ParameterizedTest
	@ValueSource(classes = { Subscriptions.class, FinalSubscriptions.class, SerializableSubscriptions.class })
	void theProxyClassOfABeanWithAnInterfaceIsThatOfRunTime(Class<?> type) {
		try (AnnotationConfigApplicationContext context = context(type)) {
			// No bean has been advised when it is asked, as while processing ahead of
			// time.
			context.getBeanDefinition("bean").setLazyInit(true);
			context.refresh();
			Class<?> determined = context.getBean(TrackGoalBeanPostProcessor.class).determineBeanType(type, "bean");
			Object bean = context.getBean("bean");
			assertThat(bean).isInstanceOf(Advised.class);
			assertThat(determined).isSameAs(bean.getClass());
			assertThat(Proxy.isProxyClass(determined)).isEqualTo(type == FinalSubscriptions.class);
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { ProxyableSubscriptions.class, ProxyableByOneInterface.class,
			ProxyableSerializableSubscriptions.class })
	void aBeanIsAProxyOfItsInterfacesWhereItSaysSo(Class<?> type) {
		try (AnnotationConfigApplicationContext context = context(type)) {
			context.refresh();
			assertThat(context.getBean("bean")).isInstanceOf(Advised.class)
				.matches((bean) -> Proxy.isProxyClass(bean.getClass()));
		}
	}

	@Test
	void aMethodThatTheRequestedProxyOfInterfacesDoesNotHaveIsRefused() {
		try (AnnotationConfigApplicationContext context = context(ProxyableMistake.class)) {
			assertThatExceptionOfType(Exception.class).isThrownBy(context::refresh)
				.withRootCauseInstanceOf(InvalidTrackGoalException.class)
				.havingRootCause()
				.withMessageContaining("no interface declares");
		}
	}

	@Test
	void mistakesFailTheBuild() {
		assertThatExceptionOfType(InvalidTrackGoalException.class).isThrownBy(() -> process(Mistake.class));
	}

	@Test
	void placeholdersMayBeUnknownWhileBuilding() {
		assertThatNoException().isThrownBy(() -> process(Placeholders.class));
		System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
		try (AnnotationConfigApplicationContext context = context(Placeholders.class)) {
			assertThatExceptionOfType(Exception.class).isThrownBy(context::refresh)
				.withRootCauseInstanceOf(InvalidTrackGoalException.class);
		}
	}

	private static RuntimeHints process(Class<?> bean) {
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("com.example", "Application")), new InMemoryGeneratedFiles());
		try (AnnotationConfigApplicationContext context = context(bean)) {
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		}
		return generation.getRuntimeHints();
	}

	private static AnnotationConfigApplicationContext context(Class<?> bean) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(DataFastAutoConfiguration.class, Application.class);
		context.registerBean("bean", bean);
		return context;
	}

	private static Predicate<RuntimeHints> invokesPublicMethodsOf(Class<?> type) {
		return RuntimeHintsPredicates.reflection()
			.onType(type)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		static PropertySourcesPlaceholderConfigurer placeholders() {
			return new PropertySourcesPlaceholderConfigurer();
		}

		@Bean
		Prices prices() {
			return new Prices();
		}

	}

	static class Checkout {

		@TrackGoal(name = "checkout", condition = "#result.paid()", visitorId = "#order.visitorId",
				metadata = { @GoalMetadata(key = "plan", expression = "#order.plan.get().id"),
						@GoalMetadata(key = "first", expression = "#order.items[0].sku"),
						@GoalMetadata(key = "currency", expression = "#result.currency?.name"),
						@GoalMetadata(key = "price", expression = "@prices.of(#order)"), @GoalMetadata(key = "rounded",
								expression = "new io.datafast.interceptor.TrackGoalAotTests$Rounding().up(1)") })
		public CompletableFuture<Receipt> checkout(Order order) {
			return CompletableFuture.completedFuture(new Receipt());
		}

	}

	public record Order(String visitorId, Optional<Plan> plan, List<Item> items, Untouched untouched) {
	}

	public record Plan(String id) {
	}

	public record Untouched(Map<String, String> notes) {
	}

	public static class Item {

		public String sku = "";

	}

	public static class Receipt {

		public boolean paid() {
			return true;
		}

		public Currency getCurrency() {
			return new Currency();
		}

	}

	public static class Currency {

		public String getName() {
			return "";
		}

	}

	public static class Prices {

		public int of(Order order) {
			return order.items().size();
		}

	}

	public static class Rounding {

		public int up(int value) {
			return value;
		}

	}

	static class Growing {

		@TrackGoal(name = "growing", condition = "#node.next != null")
		public void grow(Node<String> node) {
		}

	}

	public interface Node<T> {

		Node<List<T>> getNext();

	}

	static class Newsletter {

		@TrackGoal("newsletter")
		public void subscribe(@GoalMetadata("source") String source) {
		}

	}

	interface Cancellable {

		void cancel();

	}

	static class Subscriptions implements Cancellable {

		@Override
		@TrackGoal("cancelled")
		public void cancel() {
		}

	}

	static final class FinalSubscriptions implements Cancellable {

		@Override
		@TrackGoal("cancelled")
		public void cancel() {
		}

	}

	@Proxyable(ProxyType.INTERFACES)
	static class ProxyableSubscriptions extends Subscriptions {

	}

	interface Renewable {

		default void renew() {
		}

	}

	@Proxyable(interfaces = Renewable.class)
	static class ProxyableByOneInterface extends Subscriptions implements Renewable {

		@Override
		@TrackGoal("renewed")
		public void renew() {
		}

	}

	@SuppressWarnings("serial")
	static class SerializableSubscriptions extends Subscriptions implements Serializable {

	}

	@Proxyable(ProxyType.INTERFACES)
	@SuppressWarnings("serial")
	static class ProxyableSerializableSubscriptions extends Subscriptions implements Serializable {

	}

	@Proxyable(ProxyType.INTERFACES)
	static class ProxyableMistake extends Subscriptions {

		@TrackGoal("renewed")
		public void renew() {
		}

	}

	static class Outcomes {

		@TrackGoal("known")
		public CompletableFuture<Result<String>> outcome() {
			return new CompletableFuture<>();
		}

	}

	static class Mistake {

		@TrackGoal("Not A Name")
		public void track() {
		}

	}

	static class Placeholders {

		@TrackGoal(name = "${goals.prefix}:done", metadata = { @GoalMetadata(key = "${key.one}", expression = "'1'"),
				@GoalMetadata(key = "${key.two}", expression = "'2'") })
		public void track() {
		}

	}

}
